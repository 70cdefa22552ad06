package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.coopmesh.billing.TestDatabase;
import org.coopmesh.billing.subscription.AttachmentSpan;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hours that become days, in zones that change their clocks and in zones whose days begin within an hour of UTC. */
class RetentionIT {
    private static final String URL = Servers.freshDatabase("billing");
    private static final TestDatabase DATABASE = TestDatabase.at(URL);
    private static final UsageSums SUMS = new UsageSums(DATABASE.db());
    private static final UsageHours HOURS = new UsageHours(DATABASE.db(), DATABASE.jdbc(), SUMS);
    private static final int DAYS = 5;

    @BeforeEach
    void nothingSummedUp() {
        DATABASE.db().sql("truncate usage_hour, usage_daily").update();
        DATABASE.db()
                .sql(
                        """
                        update usage_summed set time_zone = null, summed_to = timestamptz '1970-01-01 00:00Z',
                               hours_from = timestamptz '1970-01-01 00:00Z'
                        """)
                .update();
    }

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
        List<Stretch> days = days(attachment, first, zone);
        List<Usage> before = HOURS.usedIn(days);

        while (DATABASE.commit(() -> SUMS.sumUp(zone, start(first.plusDays(DAYS), zone)))) {}
        List<Usage> summed = HOURS.usedIn(days);
        boolean asDays = days.stream().allMatch(day -> SUMS.summed().parts(day).hours().isEmpty());
        DATABASE.commit(() -> {
            SUMS.leaveHours(start(first.plusDays(DAYS), zone).truncatedTo(ChronoUnit.HOURS));
            return new Retention(DATABASE.db()).hours(SUMS.summed().hoursFrom(), 10_000);
        });

        assertThat(before).allSatisfy(day -> assertThat(day.internetDown()).isPositive());
        assertThat(summed).isEqualTo(before);
        assertThat(asDays).isTrue();
        assertThat(HOURS.usedIn(days)).isEqualTo(before);
        assertThat(hoursOf(attachment)).isBetween(24, 25);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Madrid", "Asia/Kathmandu", "America/St_Johns"})
    void whatIsUsedDoesNotDependOnWhenHoursAreSummedUpAndReportsCome(String zoneId) {
        ZoneId zone = ZoneId.of(zoneId);
        var random = new Random(7);
        Instant from = Instant.parse("2027-03-25T00:00:00Z");
        int span = 6 * 24;
        var node = new ReportingNode();
        var attachments =
                Stream.generate(() -> new AttachmentId(UUID.randomUUID())).limit(3).toList();
        var reference = new HashMap<AttachmentId, long[]>();
        for (AttachmentId attachment : attachments) reference.put(attachment, new long[span]);
        for (int step = 0; step < 120; step++) {
            if (random.nextInt(4) == 0) {
                Instant until = from.plus(Duration.ofHours(random.nextInt(span)));
                DATABASE.commit(() -> SUMS.sumUp(zone, until));
            }
            var reports = new ArrayList<UsageReport>();
            for (int i = 1 + random.nextInt(5); i > 0; i--) {
                int hour = random.nextInt(span);
                AttachmentId attachment = attachments.get(random.nextInt(attachments.size()));
                long bytes = 1 + random.nextInt(1_000_000);
                reports.add(
                        UsageReport.read(
                                node.report(
                                        from.plus(Duration.ofHours(hour)), attachment, bytes, 0),
                                "made"));
                reference.get(attachment)[hour] += bytes;
            }
            DATABASE.commit(() -> HOURS.add(reports));
        }

        var stretches = new ArrayList<Stretch>();
        var sums = new ArrayList<Long>();
        for (int question = 0; question < 300; question++) {
            int first = random.nextInt(span);
            int last = first + 1 + random.nextInt(span - first);
            AttachmentId attachment = attachments.get(random.nextInt(attachments.size()));
            stretches.add(
                    new Stretch(
                            attachment,
                            from.plus(Duration.ofHours(first)),
                            from.plus(Duration.ofHours(last))));
            sums.add(Arrays.stream(reference.get(attachment), first, last).sum());
        }
        assertThat(DATABASE.commit(() -> HOURS.usedIn(stretches)))
                .extracting(Usage::internetDown)
                .isEqualTo(sums);
        assertThat(SUMS.summed().to()).isAfter(from.plus(Duration.ofDays(3)));
    }

    @Test
    void reportsThatComeWhileHoursAreSummedUpAreInTheirDayOnce() throws Exception {
        Instant first = Instant.parse("2027-01-04T00:00:00Z");
        ZoneId zone = ZoneId.of("Europe/Madrid");
        var attachment = new AttachmentId(UUID.randomUUID());
        var sent = new AtomicLong();
        var over = new AtomicBoolean();
        try (var senders = Executors.newFixedThreadPool(3)) {
            var running = new ArrayList<Future<?>>();
            for (int sender = 0; sender < 3; sender++) {
                var node = new ReportingNode();
                var random = new Random(sender);
                running.add(
                        senders.submit(() -> {
                            while (!over.get()) {
                                Instant hour = first.plus(Duration.ofHours(random.nextInt(96)));
                                var report =
                                        UsageReport.read(
                                                node.report(hour, attachment, 7, 0), "made");
                                DATABASE.commit(() -> HOURS.add(List.of(report)));
                                sent.addAndGet(7);
                            }
                        }));
            }
            await().until(() -> sent.get() > 100);
            while (DATABASE.commit(() -> SUMS.sumUp(zone, first.plus(Duration.ofHours(96))))) {}
            over.set(true);
            for (Future<?> each : running) each.get();
        }

        Usage all =
                HOURS.usedIn(
                                List.of(
                                        new Stretch(
                                                attachment,
                                                start(LocalDate.parse("2027-01-04"), zone),
                                                start(LocalDate.parse("2027-01-08"), zone))))
                        .getFirst();
        long byHour =
                DATABASE.db()
                        .sql(
                                """
                                select sum(internet_bytes_down) from usage_hour
                                where attachment_id = :attachment and hour < '2027-01-07T23:00:00Z'
                                """)
                        .param("attachment", attachment.value())
                        .query(Long.class)
                        .single();
        long atTheEnds =
                DATABASE.db()
                        .sql(
                                """
                                select coalesce(sum(internet_bytes_down), 0) from usage_hour
                                where attachment_id = :attachment and hour >= '2027-01-07T23:00:00Z'
                                """)
                        .param("attachment", attachment.value())
                        .query(Long.class)
                        .single();
        assertThat(all.internetDown()).isEqualTo(byHour);
        assertThat(byHour + atTheEnds).isEqualTo(sent.get());
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
        List<Usage> each =
                DATABASE.commit(() ->
                        stretches.stream()
                                .map(one -> HOURS.usedIn(List.of(one)).getFirst())
                                .toList());

        List<Usage> together = DATABASE.commit(() -> HOURS.usedIn(stretches));

        assertThat(together).isEqualTo(each);
        assertThat(together)
                .contains(Usage.NONE)
                .anySatisfy(used -> assertThat(used.windows()).isGreaterThan(24));
    }

    private static int hoursOf(AttachmentId attachment) {
        return DATABASE.db()
                .sql("select count(*) from usage_hour where attachment_id = :attachment")
                .param("attachment", attachment.value())
                .query(Integer.class)
                .single();
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
