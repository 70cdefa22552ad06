package org.coopmesh.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class AttachmentSpanTest {
    private static final LocalDate FIRST = LocalDate.of(2026, 1, 1);
    private static final AttachmentSpan ALWAYS =
            new AttachmentSpan(
                    UUID.randomUUID(),
                    Instant.parse("2020-01-01T00:00:00Z"),
                    Instant.parse("2040-01-01T00:00:00Z"));

    /** Changes of the clock by an hour and by half an hour, and days that begin within an hour of UTC. */
    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of(
                        "Europe/Madrid",
                        "Asia/Kolkata",
                        "Asia/Kathmandu",
                        "Australia/Lord_Howe",
                        "America/St_Johns",
                        "UTC")
                .map(ZoneId::of);
    }

    @Property
    void theDaysOfAnyZoneTakeEachHourOnceHoweverTheClockIsChanged(
            @ForAll("zones") ZoneId zone,
            @ForAll @IntRange(min = 0, max = 1_500) int day,
            @ForAll @IntRange(min = 1, max = 40) int days) {
        var coop = new Coop("Ring", Currency.getInstance("EUR"), zone);
        LocalDate from = FIRST.plusDays(day);
        AttachmentSpan whole =
                ALWAYS.within(coop.startOf(from), coop.startOf(from.plusDays(days))).orElseThrow();

        Instant next = whole.from();
        for (int i = 0; i < days; i++) {
            AttachmentSpan each =
                    ALWAYS.within(
                                    coop.startOf(from.plusDays(i)),
                                    coop.startOf(from.plusDays(i + 1L)))
                            .orElseThrow();
            assertThat(each.from()).isEqualTo(next);
            assertThat(each.from()).isEqualTo(each.from().truncatedTo(ChronoUnit.HOURS));
            assertThat(Duration.between(each.from(), each.to()).toHours()).isBetween(23L, 25L);
            next = each.to();
        }

        assertThat(next).isEqualTo(whole.to());
    }
}
