package org.coopmesh.billing.invoice;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.LiveHeap;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.util.ReflectionTestUtils;

/**
 * Measures a bill run: charges from usage hours, book, invoices and facts, for a co-op of many members; then draws every bill
 * up again and compares the bytes. Service and database (fsync on) share this machine. Prints figures, asserts only that
 * nothing is wrong.
 */
final class BillRunBench {
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final int WARM_UP = 1_000;

    private BillRunBench() {}

    /**
     * Arguments: members, and usage hours of each in the month. Beforehand, outside of the time, a tenth as many and then as many
     * members are billed while only what is alive on the heap is counted: it is to stay the same.
     */
    static void main(String[] arguments) throws Exception {
        int members = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 50_000;
        int hours = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 24;
        try (ConfigurableApplicationContext context = BillingContext.start()) {
            var db = context.getBean(JdbcClient.class);
            var clock = context.getBean(StandingClock.class);
            clock.set("2026-09-01T08:00:00Z");
            context.getBean(Facts.class).constituted();
            var rating = context.getBean(Rating.class);
            var currency = java.util.Currency.getInstance("EUR");
            rating.declare(
                    new Plan(
                            "home",
                            "Home",
                            "",
                            LocalDate.of(2026, 9, 1),
                            Money.parse("12.50", currency),
                            10 * Plan.BYTES_PER_GB,
                            Money.parse("0.10", currency)),
                    new MemberId(UUID.randomUUID()));
            clock.set("2026-11-01T08:00:00Z");
            var runs = context.getBean(BillRuns.class);
            var invoicing = context.getBean(Invoicing.class);
            int few = members / 10;
            use(db, Map.of("warm", WARM_UP, "few", few, "many", members, "bench", members), hours);
            var keeping = context.getBean("upkeep");
            Instant summing = Instant.now();
            ReflectionTestUtils.invokeMethod(keeping, "sumUp");
            figure(
                    "billrun.hours_summed_per_s",
                    (double) (WARM_UP + few + 2 * members) * hours / seconds(summing),
                    "into_days usage_hours_per_member=%d, as their hours are over"
                            .formatted(hours));
            // A few first, so that what is measured has been compiled.
            seed(db, "warm", WARM_UP);
            List<PayerId> warm = payers(db);
            for (int i = 0; i < warm.size(); i += 250) {
                BillsForTests.bill(
                        invoicing, warm.subList(i, Math.min(i + 250, warm.size())), OCTOBER);
            }
            seed(db, "few", few);
            double fewBytes = LiveHeap.addedBy(() -> issued(runs, few));
            seed(db, "many", members);
            double manyBytes = LiveHeap.addedBy(() -> issued(runs, members));
            String alive =
                    "usage_hours_per_member=%d everything_else_collected_each_half_second"
                            .formatted(hours);
            figure("billrun.live_heap", fewBytes / 1e6, "MB", "members=" + few + " " + alive);
            figure("billrun.live_heap", manyBytes / 1e6, "MB", "members=" + members + " " + alive);
            seed(db, "bench", members);
            db.sql("analyze").update();

            Instant started = Instant.now();
            issued(runs, members);
            double seconds = seconds(started);

            if (context.getBean(Ledger.class).trialBalanceMicro() != 0) {
                throw new IllegalStateException("the book does not balance");
            }
            String settings =
                    "members=%d usage_hours_per_member=%d months_corrected=2 fsync=on cores=%d database_on_the_same_machine"
                            .formatted(members, hours, Runtime.getRuntime().availableProcessors());
            figure("billrun.invoices_per_s", members / seconds, settings);

            Instant replay = Instant.now();
            int same = 0;
            var bytes = MessageDigest.getInstance("SHA-256");
            List<PayerId> all = payers(db);
            for (int i = 0; i < all.size(); i += 250) {
                for (Invoicing.Redrawn each :
                        invoicing.redraw(all.subList(i, Math.min(i + 250, all.size())), OCTOBER)) {
                    if (!each.same()) {
                        throw new IllegalStateException(
                                "not the same: " + each.issued() + " and " + each.redrawn());
                    }
                    bytes.update(each.issued().getBytes(StandardCharsets.UTF_8));
                    same++;
                }
            }
            double replaySeconds = seconds(replay);
            if (same != members + WARM_UP + few + members) {
                throw new IllegalStateException("drawn up again: " + same);
            }
            figure(
                    "billrun.replayed_per_s",
                    same / replaySeconds,
                    settings
                            + " same_bytes="
                            + same
                            + " sha256="
                            + HexFormat.of().formatHex(bytes.digest()).substring(0, 12));
        }
        System.exit(0);
    }

    private static double seconds(Instant since) {
        return Duration.between(since, Instant.now()).toNanos() / 1e9;
    }

    /** Members with a site, a payer and an attachment, as membership would have told of them. */
    private static void seed(JdbcClient db, String salt, int members) {
        db.sql(
                        """
                        insert into member_fact (member_id, effective_on, occurred_at, state)
                        select md5(:salt || 'm' || i)::uuid, '2026-10-01', '2026-09-30', 'active' from generate_series(1, :members) i
                        """)
                .param("salt", salt)
                .param("members", members)
                .update();
        db.sql(
                        """
                        insert into site_fact (site_id, effective_on, occurred_at, member_id, payer_id, plan_code)
                        select md5(:salt || 's' || i)::uuid, '2026-10-01', '2026-09-30', md5(:salt || 'm' || i)::uuid,
                               md5(:salt || 'p' || i)::uuid, 'home' from generate_series(1, :members) i
                        """)
                .param("salt", salt)
                .param("members", members)
                .update();
        db.sql(
                        """
                        insert into attachment_span (attachment_id, from_at, node_id, site_id, member_id)
                        select md5(:salt || 'a' || i)::uuid, '2026-09-30', md5(:salt || i) || md5(:salt || -i),
                               md5(:salt || 's' || i)::uuid, md5(:salt || 'm' || i)::uuid from generate_series(1, :members) i
                        """)
                .param("salt", salt)
                .param("members", members)
                .update();
    }

    /** What nodes counted for so many attachments of each name, hour by hour, in the order in which metering writes it down. */
    private static void use(JdbcClient db, Map<String, Integer> attachments, int hours) {
        db.sql("create table counted_by (attachment_id uuid, node_id bytea, place int)").update();
        attachments.forEach((salt, members) ->
                db.sql(
                                """
                                insert into counted_by
                                select md5(:salt || 'a' || i)::uuid, decode(md5(:salt || i) || md5(:salt || -i), 'hex'), i
                                  from generate_series(1, :members) i
                                """)
                        .param("salt", salt)
                        .param("members", members)
                        .update());
        // As if it had come in over the month: no index is to be filled at once.
        db.sql("alter table usage_hour drop constraint usage_hour_pkey").update();
        for (int h = 0; h < hours; h++) {
            db.sql(
                            """
                            insert into usage_hour (attachment_id, hour, node_id, own, internet_bytes_down, internet_bytes_up,
                                                    local_bytes_down, local_bytes_up, windows)
                            select attachment_id,
                                   timestamptz '2026-10-02T00:00:00Z'
                                       + (case when :hours > 24 then :h - 24 else :h * 29 end) * interval '1 hour',
                                   node_id, true, 1000000007::bigint * (1 + (place * 31 + :h * 17) % 9), 100000003, 300000007, 0, 12
                              from counted_by
                            """)
                    .param("h", h)
                    .param("hours", hours)
                    .update();
        }
        db.sql(
                        "alter table usage_hour add constraint usage_hour_pkey primary key (attachment_id, hour, node_id, own)")
                .update();
        db.sql("drop table counted_by").update();
        db.sql("vacuum analyze usage_hour").update();
    }

    private static List<PayerId> payers(JdbcClient db) {
        return db.sql("select distinct payer_id from site_fact order by 1")
                .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                .list();
    }

    private static BillRuns.Result issued(BillRuns runs, int members) {
        BillRuns.Result result = runs.run(OCTOBER);
        if (result.issued() != members) {
            throw new IllegalStateException("issued " + result.issued() + " of " + members);
        }
        return result;
    }

    private static void figure(String name, double figure, String settings) throws Exception {
        figure(name, figure, "/s", settings);
    }

    private static void figure(String name, double figure, String unit, String settings)
            throws Exception {
        String value = String.format(Locale.ROOT, "%.0f", figure);
        System.out.println("FIGURE " + name + " " + value + " " + unit + " | " + settings);
        Path file =
                Path.of(System.getProperty("coopmesh.bench.dir", "target/bench"))
                        .resolve("billrun.jsonl");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                """
                {"id":"%s","at":"%s","figure":"%s","value":%s,"unit":"%s","settings":"%s"}
                """
                        .formatted(UUID.randomUUID(), Instant.now(), name, value, unit, settings),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
