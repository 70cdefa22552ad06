package org.coopmesh.billing.reconciliation;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.reconciliation.Camt.Entry;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Measures how long a camt.053 with many entries takes, each of which names its invoice: read, kept, matched and posted as payments. Service
 * and database (fsync on) share this machine. Prints figures, asserts only that every entry was posted and nothing is unexplained.
 */
final class ReconciliationBench {
    private static final int WARM_UP = 500;
    private static final YearMonth SEPTEMBER = YearMonth.of(2026, 9);

    private ReconciliationBench() {}

    /** Argument: entries, 10,000 unless told. */
    static void main(String[] arguments) throws Exception {
        int entries = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        try (ConfigurableApplicationContext context = BillingContext.start()) {
            var db = context.getBean(JdbcClient.class);
            var clock = context.getBean(StandingClock.class);
            var bank = context.getBean(Reconciliation.class);
            var treasurer = new MemberId(UUID.randomUUID());
            clock.set("2026-08-01T08:00:00Z");
            context.getBean(Facts.class).constituted();
            context.getBean(Rating.class)
                    .declare(
                            new Plan(
                                    "home",
                                    "Home",
                                    "",
                                    LocalDate.of(2026, 8, 1),
                                    Samples.euros("12.50"),
                                    0,
                                    Samples.euros("0")),
                            treasurer);
            clock.set("2026-10-13T08:00:00Z");
            BankAccount account =
                    bank.declare(
                            "Bench", new Iban("DE89370400440532013000"), Samples.EUR, treasurer);
            List<String> numbers = billed(context, db, WARM_UP + entries);
            db.sql("analyze").update();
            Money opening = Samples.euros("0");
            byte[] warm =
                    statement(1, LocalDate.of(2026, 10, 11), opening, numbers.subList(0, WARM_UP));
            Money middle = opening.plus(new Money(WARM_UP * 12_500_000L, Samples.EUR));
            byte[] file =
                    statement(
                            2,
                            LocalDate.of(2026, 10, 12),
                            middle,
                            numbers.subList(WARM_UP, numbers.size()));
            bank.take("warm.xml", warm, account.id(), treasurer);
            System.gc();
            ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);

            Instant started = Instant.now();
            Reconciliation.Imported imported =
                    bank.take("bench.xml", file, account.id(), treasurer);
            double seconds = Duration.between(started, Instant.now()).toNanos() / 1e9;

            long heap =
                    ManagementFactory.getMemoryPoolMXBeans().stream()
                            .filter(pool -> pool.getType() == MemoryType.HEAP)
                            .mapToLong(pool -> pool.getPeakUsage().getUsed())
                            .sum();
            if (imported.posted() != entries || imported.taken().added() != entries) {
                throw new IllegalStateException(
                        "posted " + imported.posted() + " of " + imported.taken().added());
            }
            Reporting.Report report =
                    bank.report(
                            account.id(), LocalDate.of(2026, 10, 1), LocalDate.of(2026, 10, 13));
            if (!report.together().unexplained().isZero()
                    || context.getBean(Ledger.class).trialBalanceMicro() != 0) {
                throw new IllegalStateException("unexplained " + report.together().unexplained());
            }
            String settings =
                    "entries=%d file_bytes=%d fsync=on cores=%d database_on_the_same_machine heap_max_mb=%d load=%s"
                            .formatted(
                                    entries,
                                    file.length,
                                    Runtime.getRuntime().availableProcessors(),
                                    Runtime.getRuntime().maxMemory() / (1024 * 1024),
                                    Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
            figure("bank.import_and_match_s", seconds, settings);
            figure("bank.heap_peak_mb", heap / 1048576.0, settings);
        }
        System.exit(0);
    }

    /** As many payers, each with one invoice; their numbers. */
    private static List<String> billed(
            ConfigurableApplicationContext context, JdbcClient db, int count) {
        db.sql(
                        """
                        insert into member_fact (member_id, effective_on, occurred_at, state)
                        select md5('m' || i)::uuid, '2026-09-01', '2026-08-31', 'active' from generate_series(1, :count) i
                        """)
                .param("count", count)
                .update();
        db.sql(
                        """
                        insert into site_fact (site_id, effective_on, occurred_at, member_id, payer_id, plan_code)
                        select md5('s' || i)::uuid, '2026-09-01', '2026-08-31', md5('m' || i)::uuid, md5('p' || i)::uuid, 'home'
                          from generate_series(1, :count) i
                        """)
                .param("count", count)
                .update();
        List<PayerId> payers =
                db
                        .sql("select payer_id from site_fact order by payer_id")
                        .query(UUID.class)
                        .list()
                        .stream()
                        .map(PayerId::new)
                        .toList();
        for (int i = 0; i < payers.size(); i += 250) {
            BillsForTests.bill(
                    context.getBean(Invoicing.class),
                    payers.subList(i, Math.min(i + 250, payers.size())),
                    SEPTEMBER);
        }
        return db.sql(
                        "select series || '-' || lpad(number::text, 6, '0') from invoice order by number")
                .query(String.class)
                .list();
    }

    private static byte[] statement(
            int sequence, LocalDate day, Money opening, List<String> numbers) {
        var entries = new ArrayList<Entry>();
        Money closing = opening;
        for (String number : numbers) {
            entries.add(
                    Entry.in("12.50")
                            .bankReference(sequence + "-" + number)
                            .code("PMNT/RCDT/ESCT")
                            .reference(PaymentReference.creditor(number).text())
                            .from("ES9121000418450200051332"));
            closing = closing.plus(entries.getLast().amount());
        }
        return Camt.statement(sequence, day, opening, closing, entries.toArray(Entry[]::new));
    }

    private static void figure(String name, double value, String settings)
            throws java.io.IOException {
        System.out.printf(
                Locale.ROOT,
                "FIGURE %s %.1f %s | %s%n",
                name,
                value,
                name.endsWith("_s") ? "s" : "MB",
                settings);
        String folder = System.getProperty("coopmesh.bench.dir");
        if (folder == null) return;
        Files.createDirectories(Path.of(folder));
        Files.writeString(
                Path.of(folder, "bank.jsonl"),
                String.format(
                        Locale.ROOT,
                        "{\"figure\":\"%s\",\"value\":%.2f,\"settings\":\"%s\"}%n",
                        name,
                        value,
                        settings),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
