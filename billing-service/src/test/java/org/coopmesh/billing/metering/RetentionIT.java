package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;
import org.coopmesh.billing.TestDatabase;
import org.coopmesh.billing.subscription.AttachmentSpan;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Hours that become days, in zones that change their clocks and in zones whose days begin within an hour of UTC. */
class RetentionIT {
    private static final String URL = Servers.freshDatabase("billing");
    private static final TestDatabase DATABASE = TestDatabase.at(URL);
    private static final int DAYS = 5;

    @ParameterizedTest
    @CsvSource({
        "Europe/Madrid, 2027-03-26",
        "Europe/Madrid, 2027-10-29",
        "Europe/Madrid, 2026-12-29",
        "Australia/Lord_Howe, 2027-04-01",
        "Asia/Kolkata, 2026-12-29",
        "Asia/Kathmandu, 2026-12-29"
    })
    void aDayHasTheSameBytesBeforeAndAfterItsHoursAreSummedUp(String zoneId, String firstDay) {
        ZoneId zone = ZoneId.of(zoneId);
        LocalDate first = LocalDate.parse(firstDay);
        Instant from = start(first, zone).minus(1, ChronoUnit.DAYS);
        Instant to = start(first.plusDays(DAYS), zone).plus(1, ChronoUnit.DAYS);
        var attachment = new AttachmentId(UUID.randomUUID());
        var random = new Random(1);
        for (Instant hour = from.truncatedTo(ChronoUnit.HOURS);
                hour.isBefore(to);
                hour = hour.plus(Duration.ofHours(1))) {
            count(attachment, hour, 1 + random.nextInt(1_000_000_000));
        }
        DataSource source = new DriverManagerDataSource(URL);
        var hours = new UsageHours(DATABASE.db(), new JdbcTemplate(source));
        List<Stretch> days = days(attachment, first, zone);
        List<Usage> before = hours.usedIn(days);

        int summedUp =
                DATABASE.commit(() ->
                        new Retention(DATABASE.db())
                                .hours(
                                        start(first.plusDays(DAYS), zone)
                                                .truncatedTo(ChronoUnit.HOURS),
                                        zone,
                                        10_000));

        assertThat(summedUp).isGreaterThanOrEqualTo(24 * DAYS - 1);
        assertThat(hours.usedIn(days)).isEqualTo(before);
        assertThat(before).allSatisfy(day -> assertThat(day.internetDown()).isPositive());
    }

    @Test
    void manyStretchesTogetherHaveWhatEachHasAlone() {
        DATABASE.db()
                .sql(
                        """
                        insert into usage_hour (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        select md5('many' || a)::uuid, timestamptz '2027-01-01 00:00Z' + h * interval '1 hour',
                               decode(repeat(n, 32), 'hex'), own, 1000 * a + h, a, h, 1, 12
                          from generate_series(1, 40) a, generate_series(0, 47) h, unnest(array['ab', 'cd']) n,
                               unnest(array[true, false]) own
                         where (a + h) % 3 > 0
                        """)
                .update();
        var random = new Random(1);
        var stretches = new ArrayList<Stretch>();
        for (int i = 0; i < 1_200; i++) {
            Instant from =
                    Instant.parse("2026-12-31T20:00:00Z")
                            .plus(Duration.ofHours(random.nextInt(50)));
            stretches.add(
                    new Stretch(
                            new AttachmentId(md5("many" + (1 + random.nextInt(41)))),
                            from,
                            from.plus(Duration.ofHours(1 + random.nextInt(30)))));
        }
        var hours =
                new UsageHours(DATABASE.db(), new JdbcTemplate(new DriverManagerDataSource(URL)));
        List<Usage> each =
                stretches.stream().map(one -> hours.usedIn(List.of(one)).getFirst()).toList();

        List<Usage> together = DATABASE.commit(() -> hours.usedIn(stretches));

        assertThat(together).isEqualTo(each);
        assertThat(together)
                .contains(Usage.NONE)
                .anySatisfy(used -> assertThat(used.windows()).isGreaterThan(24));
    }

    private static UUID md5(String text) {
        return DATABASE.db()
                .sql("select md5(:text)::uuid")
                .param("text", text)
                .query(UUID.class)
                .single();
    }

    private static List<Stretch> days(AttachmentId attachment, LocalDate first, ZoneId zone) {
        var always = new AttachmentSpan(attachment.value(), Instant.EPOCH, Instant.MAX);
        var days = new ArrayList<Stretch>();
        for (int day = 0; day < DAYS; day++) {
            AttachmentSpan span =
                    always.within(
                                    start(first.plusDays(day), zone),
                                    start(first.plusDays(day + 1L), zone))
                            .orElseThrow();
            days.add(new Stretch(attachment, span.from(), span.to()));
        }
        return days;
    }

    private static Instant start(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }

    private static void count(AttachmentId attachment, Instant hour, long bytes) {
        DATABASE.db()
                .sql(
                        """
                        insert into usage_hour (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                local_bytes_down, local_bytes_up, windows)
                        values (:attachment, :hour, decode(repeat('ab', 32), 'hex'), true, :bytes, 1, 2, 3, 12)
                        """)
                .param("attachment", attachment.value())
                .param("hour", hour.atOffset(ZoneOffset.UTC))
                .param("bytes", bytes)
                .update();
    }
}
