package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Where what was counted in a stretch is read: by whole days, and by the hour. */
class SummedTest {
    private static final AttachmentId ATTACHMENT = new AttachmentId(UUID.randomUUID());
    private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");
    private static final Instant START = Instant.parse("2027-03-20T00:00:00Z");

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of(
                        "Europe/Madrid",
                        "Asia/Kathmandu",
                        "America/St_Johns",
                        "Australia/Lord_Howe",
                        "UTC")
                .map(ZoneId::of);
    }

    @Property
    void eachHourOfAStretchIsReadOnce(
            @ForAll @From("zones") ZoneId zone,
            @ForAll @IntRange(max = 400) int from,
            @ForAll @IntRange(min = 1, max = 400) int length,
            @ForAll @IntRange(max = 800) int summedTo,
            @ForAll @IntRange(max = 20) int daysLeft) {
        Instant to = hour(summedTo);
        var whole = new Summed(zone, to, Instant.EPOCH);
        Instant left = whole.firstHour(START.atZone(zone).toLocalDate().plusDays(daysLeft));
        var summed = new Summed(zone, to, left.isAfter(to) ? Instant.EPOCH : left);
        var stretch = new Stretch(ATTACHMENT, hour(from), hour(from + length));

        Summed.Parts parts = summed.parts(stretch);

        for (Instant hour = stretch.from();
                hour.isBefore(stretch.to());
                hour = hour.plus(Duration.ofHours(1))) {
            // The day that an hour is summed up into begins with it, before it, or within it.
            Instant day = summed.firstHour(dayOf(hour, zone));
            boolean kept = !hour.isBefore(summed.hoursFrom());
            int read = 0;
            if (!day.isBefore(parts.daysFrom()) && day.isBefore(parts.daysTo())) read++;
            for (Stretch part : parts.hours()) {
                if (!hour.isBefore(part.from()) && hour.isBefore(part.to())) {
                    assertThat(kept).as("%s is still there by itself", hour).isTrue();
                    read++;
                }
            }
            boolean ofAnEarlierStretch = !kept && day.isBefore(stretch.from());
            assertThat(read)
                    .as("times that %s is read", hour)
                    .isEqualTo(ofAnEarlierStretch ? 0 : 1);
        }
        if (parts.hasDays()) {
            assertThat(parts.daysTo()).isBeforeOrEqualTo(summed.to());
            assertThat(parts.daysFrom()).isAfterOrEqualTo(stretch.from());
        }
    }

    @Test
    void aClosedMonthIsReadByDaysAlone() {
        var summed = new Summed(MADRID, Instant.parse("2027-04-01T05:00:00Z"), Instant.EPOCH);
        var march =
                new Stretch(
                        ATTACHMENT,
                        Instant.parse("2027-02-28T23:00:00Z"),
                        Instant.parse("2027-03-31T22:00:00Z"));

        Summed.Parts parts = summed.parts(march);

        assertThat(parts).isEqualTo(new Summed.Parts(march.from(), march.to(), List.of()));
    }

    @Test
    void nothingIsReadByDaysBeforeAnythingIsSummedUp() {
        var nothing = new Summed(ZoneId.of("UTC"), Instant.EPOCH, Instant.EPOCH);
        var stretch = new Stretch(ATTACHMENT, START, START.plus(Duration.ofDays(40)));

        assertThat(nothing.parts(stretch).hasDays()).isFalse();
        assertThat(nothing.parts(stretch).hours()).containsExactly(stretch);
    }

    private static Instant hour(int place) {
        return START.plus(Duration.ofHours(place));
    }

    private static LocalDate dayOf(Instant hour, ZoneId zone) {
        return hour.plus(Duration.ofMinutes(59).plusSeconds(59)).atZone(zone).toLocalDate();
    }
}
