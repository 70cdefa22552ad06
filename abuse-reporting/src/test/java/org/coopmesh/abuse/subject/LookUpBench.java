package org.coopmesh.abuse.subject;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.coopmesh.quickstart.Servers;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Measures how long it takes to find who held an address at a moment, in a history of many attachments: each /24 of 10.0.0.0/8, and
 * an IPv6 /64 with it, was held by one after the other. Addresses and moments are drawn at random over all of it, so that hardly
 * anything asked for was read before. Database (fsync on) and asker share this machine. Arguments: {@code --rows N}, 10,000,000
 * unless told; {@code --look-ups N}, 20,000 unless told.
 */
final class LookUpBench {
    private static final int PREFIXES = 65_536;
    private static final int COLD = 500;
    private static final int ROUND = 1_000_000;
    private static final Instant START = Instant.parse("2016-01-01T00:00:00Z");
    private static final Duration HELD = Duration.ofHours(20);

    private final JdbcClient db;
    private final long rows;

    private LookUpBench(JdbcClient db, long rows) {
        this.db = db;
        this.rows = rows;
    }

    static void main(String[] arguments) {
        long rows = 10_000_000;
        int lookUps = 20_000;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "--rows" -> rows = Long.parseLong(arguments[i + 1]);
                case "--look-ups" -> lookUps = Integer.parseInt(arguments[i + 1]);
                default -> throw new IllegalArgumentException("--rows N --look-ups N");
            }
        }
        var settings = new HikariConfig();
        settings.setJdbcUrl(Servers.freshDatabase("look_up_bench"));
        settings.setUsername("postgres");
        settings.setPassword("postgres");
        settings.setMaximumPoolSize(4);
        try (var source = new HikariDataSource(settings)) {
            Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:db/eventbus", "classpath:db/migration")
                    .load()
                    .migrate();
            var bench = new LookUpBench(JdbcClient.create(source), rows);
            bench.fill();
            bench.ask("IPv4, first of all", COLD, false);
            bench.ask("IPv4", lookUps, false);
            bench.ask("IPv6", lookUps, true);
        }
        System.exit(0);
    }

    private void fill() {
        Instant began = Instant.now();
        List<String> indexes =
                db.sql(
                                """
                                select indexdef from pg_indexes
                                where tablename = 'attachment' and indexname <> 'attachment_pkey'
                                """)
                        .query((rs, row) -> rs.getString("indexdef"))
                        .list();
        db.sql(
                        """
                        drop index attachment_held_v4, attachment_held_v6, attachment_prefix_v4, attachment_prefix_v6,
                            attachment_node, attachment_member;
                        alter table attachment drop constraint attachment_pkey;
                        alter table attachment set unlogged
                        """)
                .update();
        for (long first = 0; first < rows; first += ROUND) {
            db.sql(
                            """
                            insert into attachment (attachment_id, node_id, site_id, member_id, prefix_v4, prefix_v6,
                                attached_at, detached_at)
                            select gen_random_uuid(), lpad(to_hex(n %% %1$d), 64, '0'), gen_random_uuid(), gen_random_uuid(),
                                set_masklen(cast('10.0.0.0' as inet) + (n %% %1$d) * 256, 24)::cidr,
                                cast('fd42:0:0:' || to_hex(n %% %1$d) || '::/64' as cidr),
                                :start + (n / %1$d) * :held, case when n < %2$d - %1$d then :start + (n / %1$d + 1) * :held end
                            from generate_series(:first, :last) as n
                            """
                                    .formatted(PREFIXES, rows)
                                    .replace(":start", "timestamptz '" + START + "'")
                                    .replace(":held", "interval '" + HELD.toHours() + " hours'"))
                    .param("first", first)
                    .param("last", Math.min(rows, first + ROUND) - 1)
                    .update();
        }
        say("rows %,d, filled in %d s", rows, Duration.between(began, Instant.now()).toSeconds());
        Instant indexed = Instant.now();
        indexes.forEach(index -> db.sql("set maintenance_work_mem = '1GB'; " + index).update());
        db.sql("vacuum analyze attachment").update();
        String sizes =
                db.sql(
                                """
                                select 'table ' || pg_size_pretty(pg_table_size('attachment'))
                                    || ', indexes ' || pg_size_pretty(pg_indexes_size('attachment'))
                                """)
                        .query(String.class)
                        .single();
        say("indexed in %d s; %s", Duration.between(indexed, Instant.now()).toSeconds(), sizes);
    }

    private void ask(String what, int times, boolean v6) {
        var attachments = new Attachments(db);
        var random = new Random(v6 ? 6 : times);
        long[] micros = new long[times];
        long epochs = Math.max(1, rows / PREFIXES);
        for (int i = 0; i < times; i++) {
            int prefix = random.nextInt((int) Math.min(rows, PREFIXES));
            Prefix address = Prefix.parse(v6 ? v6(prefix) : v4(prefix, random.nextInt(256)));
            Instant at =
                    START.plusSeconds((long) (random.nextDouble() * epochs * HELD.toSeconds()));
            long began = System.nanoTime();
            Optional<Subject> found = attachments.holder(address, at);
            micros[i] = (System.nanoTime() - began) / 1_000;
            if (found.isEmpty()) {
                throw new IllegalStateException("nobody held " + address + " at " + at);
            }
        }
        Arrays.sort(micros);
        say(
                "%-20s %,7d look-ups: median %.2f ms, 99 %% %.2f ms, slowest %.2f ms",
                what,
                times,
                micros[times / 2] / 1_000.0,
                micros[(int) (times * 0.99)] / 1_000.0,
                micros[times - 1] / 1_000.0);
    }

    private static String v4(int prefix, int host) {
        return "10." + (prefix >> 8) + "." + (prefix & 255) + "." + host;
    }

    private static String v6(int prefix) {
        return "fd42:0:0:" + Integer.toHexString(prefix) + "::7";
    }

    private static void say(String format, Object... figures) {
        System.out.println(String.format(Locale.ROOT, format, figures));
    }
}
