package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The database drops what is under way at random points, over and over; nodes come again, and all is counted once. */
class BrokenConnectionsIT {
    private static final int BREAKS = 100;
    private static final int NODES = 6;
    private static final int PER_RUN = 6;
    private static final Instant START = MeteringContext.START.minusSeconds(30 * 24 * 3_600);
    private static ConfigurableApplicationContext context;

    @BeforeAll
    static void start() {
        context = MeteringContext.start(MeteringContext.newKeysDirectory());
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @Test
    void totalsAreThoseOfTheReportsHoweverOftenTheDatabaseDropsABatch() throws Exception {
        var db = context.getBean(JdbcClient.class);
        var metering = context.getBean(Metering.class);
        var review = context.getBean(LinkReview.class);
        var done = new AtomicBoolean();
        var nodes = new ArrayList<ReportingNode>();
        var attachments = new ArrayList<AttachmentId>();
        var calls = new ArrayList<Callable<Long>>();
        for (int n = 0; n < NODES; n++) {
            var node = new ReportingNode();
            AttachmentId attachment = MeteringContext.attach(db, node.id);
            nodes.add(node);
            attachments.add(attachment);
            calls.add(() -> {
                var random = new Random(node.hashCode());
                long sent = 0;
                for (int from = 0; !done.get(); from += PER_RUN) {
                    List<ByteString> run =
                            node.reports(
                                    START.plusSeconds(300L * from), PER_RUN, attachment, 1_000, 1);
                    sent += PER_RUN;
                    Arrival arrival = node.arrival(run);
                    int times = random.nextInt(4) == 0 ? 2 : 1;
                    while (times > 0) {
                        try {
                            metering.record(arrival);
                            times--;
                        } catch (GroupCommit.NotDurable again) {
                            Thread.sleep(random.nextInt(20));
                        }
                    }
                    if (from > 7_000) return sent;
                }
                return sent;
            });
        }
        int broken = 0;
        long sent = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = calls.stream().map(threads::submit).toList();
            var random = new Random(1);
            for (int i = 0; i < BREAKS; i++) {
                Thread.sleep(random.nextInt(60));
                broken += terminate(db);
            }
            done.set(true);
            for (var answer : answers) sent += answer.get();
        }
        review.review();

        long windows = 0;
        for (AttachmentId attachment : attachments) {
            Usage used =
                    metering.used(List.of(attachment), START, MeteringContext.START)
                            .get(attachment);
            assertThat(used.internetDown()).isEqualTo(1_000L * used.windows());
            windows += used.windows();
        }
        assertThat(windows).isEqualTo(sent);
        assertThat(db.sql("select count(*) from usage_report").query(Long.class).single())
                .isEqualTo(sent);
        assertThat(
                        db.sql("select sum(highest - reports) from usage_boot")
                                .query(Long.class)
                                .single())
                .isZero();
        assertThat(broken).as("batches under way that were dropped").isGreaterThan(BREAKS / 2);
        System.out.printf(
                "FIGURE metering.broken_batches %d | reports=%d breaks=%d%n", broken, sent, BREAKS);
    }

    /** Ends the sessions that are in the middle of something, as a killed server would. */
    private static int terminate(JdbcClient db) {
        for (int attempt = 0; ; attempt++) {
            try {
                return db.sql(
                                """
                                select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
                                where datname = current_database() and pid <> pg_backend_pid()
                                  and (state = 'active' or state like 'idle in transaction%')
                                """)
                        .query(Integer.class)
                        .single();
            } catch (org.springframework.dao.DataAccessException ended) {
                if (attempt == 5) throw ended;
            }
        }
    }
}
