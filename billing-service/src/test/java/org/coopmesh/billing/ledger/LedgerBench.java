package org.coopmesh.billing.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.quickstart.Servers;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Measures postings per second through the ledger's door, once between accounts of many payers, once all on the bank, against
 * plain inserts of the same rows into tables with the same indexes and no rules, with as many connections, in the same run: by
 * pgbench, and by JDBC. Load generator and database (fsync on) share this machine. Prints figures, asserts only that the books
 * balance.
 */
final class LedgerBench {
    private static final int WRITERS = 8;
    private static final int PAYERS = 2_000;
    private static final int TURNS = 4;
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    /** Header and entries of a posting between two accounts of one of {@code PAYERS}, as {@link #plain} writes them. */
    private static final String PGBENCH =
            """
            \\set payer random(1, %d)
            begin;
            insert into bench_transaction (id, effective_at, recorded_at, what)
                values (gen_random_uuid(), now(), now(), 'payment') returning id \\gset
            insert into bench_entry (transaction_id, line, account_id, amount_micro, currency)
                values (:id, 1, 'receivable:00000000-0000-4000-8000-' || lpad(:payer::text, 12, '0'), -12500000, 'EUR'),
                       (:id, 1, 'unbilled:00000000-0000-4000-8000-' || lpad(:payer::text, 12, '0'), 12500000, 'EUR');
            commit;
            """
                    .formatted(PAYERS);

    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+) ");

    private static final Currency EUR = Currency.getInstance("EUR");

    private final TransactionTemplate transaction;
    private final JdbcClient db;
    private final Ledger ledger;
    private final List<UUID> payers = new ArrayList<>();

    private LedgerBench(HikariDataSource source) {
        transaction = new TransactionTemplate(new DataSourceTransactionManager(source));
        db = JdbcClient.create(source);
        ledger =
                new Ledger(new Entries(db), new ClosedMonths(db), new Heads(db), Clock.systemUTC());
        for (int i = 0; i < PAYERS; i++) payers.add(UUID.randomUUID());
    }

    /** Argument: seconds for each kind of writing, in turns of a quarter of it; 60 unless told. */
    static void main(String[] arguments) throws Exception {
        var round = Duration.ofSeconds(arguments.length > 0 ? Long.parseLong(arguments[0]) : 60);
        var settings = new HikariConfig();
        String url = Servers.freshDatabase("ledger");
        settings.setJdbcUrl(url);
        settings.setMaximumPoolSize(WRITERS);
        try (var source = new HikariDataSource(settings)) {
            Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:db/eventbus", "classpath:db/migration")
                    .load()
                    .migrate();
            new LedgerBench(source).run(url, round);
        }
        System.exit(0);
    }

    private void run(String url, Duration round) throws Exception {
        db.sql(
                        "create table bench_transaction (like ledger_transaction including defaults including indexes)")
                .update();
        db.sql(
                        "create table bench_entry (like ledger_entry including defaults including identity including indexes)")
                .update();
        for (Runnable act : List.<Runnable>of(this::plain, this::spread, this::hot)) {
            during(WARM_UP, act);
        }
        // In turns: what else the machine does meanwhile falls on all of them alike
        var pgbenches = new ArrayList<Double>();
        var plains = new ArrayList<Double>();
        var spreads = new ArrayList<Double>();
        for (int i = 0; i < TURNS; i++) {
            pgbench(url, round.dividedBy(TURNS)).ifPresent(pgbenches::add);
            plains.add(during(round.dividedBy(TURNS), this::plain));
            spreads.add(during(round.dividedBy(TURNS), this::spread));
        }
        OptionalDouble pgbench = average(pgbenches);
        double plain = average(plains).orElseThrow();
        double spread = average(spreads).orElseThrow();
        var thirds = new ArrayList<Double>();
        for (int i = 0; i < 3; i++) thirds.add(during(round.dividedBy(3), this::hot));
        double hot = average(thirds).orElseThrow();
        if (ledger.trialBalanceMicro() != 0) {
            throw new IllegalStateException("the books do not balance");
        }
        String how =
                "%d writers, %d payers, %ds each in turns, 1 posting a transaction, fsync on, %d cores, load %s"
                        .formatted(
                                WRITERS,
                                PAYERS,
                                round.toSeconds(),
                                Runtime.getRuntime().availableProcessors(),
                                Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        if (pgbench.isPresent()) {
            figure("ledger.pgbench_per_s", "%.0f", pgbench.getAsDouble(), "/s", how);
        } else {
            System.out.println("no pgbench found: plain inserts by JDBC are the only measure");
        }
        figure("ledger.plain_inserts_per_s", "%.0f", plain, "/s", how + ", by JDBC");
        figure("ledger.postings_per_s.spread", "%.0f", spread, "/s", how);
        figure("ledger.postings_per_s.hot", "%.0f", hot, "/s", how + ", all on the bank");
        if (pgbench.isPresent()) {
            double ratio = spread / pgbench.getAsDouble();
            figure("ledger.ratio_to_pgbench", "%.2f", ratio, "", how + ", same rows");
        }
        figure("ledger.ratio_to_jdbc", "%.2f", spread / plain, "", how + ", same rows");
        figure("ledger.ratio_hot_to_spread", "%.2f", hot / spread, "", how);
        figure(
                "ledger.hot_last_third_to_first",
                "%.2f",
                thirds.getLast() / thirds.getFirst(),
                "",
                how);
    }

    private static OptionalDouble average(List<Double> perSecond) {
        return perSecond.stream().mapToDouble(each -> each).average();
    }

    /** Transactions per second of {@link #PGBENCH}; nothing where there is no pgbench. */
    private static OptionalDouble pgbench(String url, Duration round) throws Exception {
        Path script = Files.createTempFile("coopmesh-ledger", ".sql");
        Files.writeString(script, PGBENCH);
        URI server = URI.create(url.substring("jdbc:".length()));
        var command =
                new ProcessBuilder(
                        "pgbench",
                        "--no-vacuum",
                        "--protocol=prepared",
                        "--client=" + WRITERS,
                        "--jobs=" + Runtime.getRuntime().availableProcessors(),
                        "--time=" + round.toSeconds(),
                        "--file=" + script,
                        "--host=" + server.getHost(),
                        "--port=" + server.getPort(),
                        "--username=postgres",
                        server.getPath().substring(1));
        command.environment().put("PGPASSWORD", "postgres");
        command.redirectErrorStream(true);
        Process running;
        try {
            running = command.start();
        } catch (IOException notThere) {
            return OptionalDouble.empty();
        } finally {
            script.toFile().deleteOnExit();
        }
        String said = new String(running.getInputStream().readAllBytes(), UTF_8);
        Matcher tps = TPS.matcher(said);
        if (running.waitFor() != 0 || !tps.find()) {
            throw new IllegalStateException("pgbench: " + said);
        }
        return OptionalDouble.of(Double.parseDouble(tps.group(1)));
    }

    private static double during(Duration time, Runnable act) throws Exception {
        var done = new AtomicLong();
        Instant started = Instant.now();
        Instant end = started.plus(time);
        var writers = new ArrayList<Future<?>>();
        try (var threads = Executors.newFixedThreadPool(WRITERS)) {
            for (int i = 0; i < WRITERS; i++) {
                writers.add(
                        threads.submit(() -> {
                            while (Instant.now().isBefore(end)) {
                                act.run();
                                done.incrementAndGet();
                            }
                        }));
            }
        }
        for (Future<?> writer : writers) {
            try {
                writer.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        return done.get() / (Duration.between(started, Instant.now()).toNanos() / 1e9);
    }

    private UUID anyPayer() {
        return payers.get(ThreadLocalRandom.current().nextInt(PAYERS));
    }

    private void spread() {
        UUID payer = anyPayer();
        post(AccountId.unbilled(payer), AccountId.receivable(payer));
    }

    private void hot() {
        post(AccountId.receivable(anyPayer()), AccountId.BANK);
    }

    private void post(AccountId from, AccountId to) {
        transaction.executeWithoutResult(status ->
                ledger.post(
                        new Transaction(
                                Instant.now(),
                                "payment",
                                List.of(new Posting(from, to, new Money(12_500_000, EUR))))));
    }

    /** Two statements in a transaction, as pgbench would send them. */
    private void plain() {
        UUID payer = anyPayer();
        UUID id = UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            db.sql(
                            "insert into bench_transaction (id, effective_at, recorded_at, what) values (?, now(), now(), 'payment')")
                    .param(id)
                    .update();
            db.sql(
                            "insert into bench_entry (transaction_id, line, account_id, amount_micro, currency) values (?, 1, ?, -12500000, 'EUR'), (?, 1, ?, 12500000, 'EUR')")
                    .params(id, "receivable:" + payer, id, "unbilled:" + payer)
                    .update();
        });
    }

    private static void figure(
            String name, String format, double value, String unit, String settings)
            throws Exception {
        String shown = String.format(Locale.ROOT, format, value);
        System.out.println("FIGURE " + name + " " + shown + " " + unit + " | " + settings);
        Path file =
                Path.of(System.getProperty("coopmesh.bench.dir", "target/bench"), "ledger.jsonl");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                "{\"at\":\"%s\",\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"settings\":\"%s\"}%n"
                        .formatted(Instant.now(), name, shown, unit, settings),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
