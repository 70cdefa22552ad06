package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** However a chain is cut into requests, shuffled and repeated, it counts exactly once. */
class ExactlyOnceIT {
    private static final Instant START = MeteringContext.START.minusSeconds(4 * 3_600);
    private static ConfigurableApplicationContext context;

    @BeforeContainer
    static void start() {
        context = MeteringContext.start(MeteringContext.newKeysDirectory());
    }

    @AfterContainer
    static void stop() {
        context.close();
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void anyOrderRepetitionAndCutOfAChainGivesTheSameSums(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int windows) {
        var random = new Random(seed);
        var chain = new Chain(random, windows);

        for (List<ByteString> run : chain.shuffledRuns(random)) {
            metering().record(chain.node.arrival(run));
        }

        chain.assertCountedOnce();
    }

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void concurrentRequestsOfAChainGiveTheSameSums(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int windows) throws Exception {
        var random = new Random(seed);
        var chain = new Chain(random, windows);
        var calls = new ArrayList<Callable<List<Receipt>>>();
        for (List<ByteString> run : chain.shuffledRuns(random)) {
            Arrival arrival = chain.node.arrival(run);
            calls.add(() -> metering().record(arrival));
        }

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(calls)) answer.get();
        }

        chain.assertCountedOnce();
    }

    /** A chain of plausible windows over several hours, and what it should add up to. */
    private static final class Chain {
        final ReportingNode node = new ReportingNode();
        final AttachmentId attachment =
                MeteringContext.attach(context.getBean(JdbcClient.class), node.id);
        final List<ByteString> reports = new ArrayList<>();
        long down;
        long up;

        Chain(Random random, int windows) {
            for (int i = 0; i < windows; i++) {
                long d = random.nextLong(40_000_000_000L);
                long u = random.nextLong(40_000_000_000L);
                down += d;
                up += u;
                reports.add(node.report(START.plusSeconds(300L * i), attachment, d, u));
            }
        }

        /** Runs that together cover the chain, some of it more than once, in any order. */
        List<List<ByteString>> shuffledRuns(Random random) {
            var runs = new ArrayList<List<ByteString>>();
            for (int from = 0; from < reports.size(); ) {
                int to = from + 1 + random.nextInt(reports.size() - from);
                runs.add(reports.subList(from, to));
                from = to;
            }
            int repeated = random.nextInt(5);
            for (int i = 0; i < repeated; i++) {
                int from = random.nextInt(reports.size());
                runs.add(reports.subList(from, from + 1 + random.nextInt(reports.size() - from)));
            }
            Collections.shuffle(runs, random);
            return runs;
        }

        void assertCountedOnce() {
            Usage used =
                    metering()
                            .used(List.of(attachment), START, START.plusSeconds(6 * 3_600))
                            .get(attachment);
            assertThat(used).isEqualTo(new Usage(down, up, 0, 0, reports.size(), 0));
            var last =
                    metering()
                            .record(
                                    node.arrival(
                                            reports.subList(reports.size() - 1, reports.size())));
            assertThat(last)
                    .containsExactly(new Receipt(node.boot, reports.size(), List.of(), List.of()));
            assertThat(
                            context.getBean(JdbcClient.class)
                                    .sql(
                                            """
                                            select signed from usage_report
                                            where node_id = :node order by sequence
                                            """)
                                    .param("node", node.id.bytes())
                                    .query(byte[].class)
                                    .list())
                    .containsExactlyElementsOf(
                            reports.stream().map(ByteString::toByteArray).toList());
        }
    }

    private static Metering metering() {
        return context.getBean(Metering.class);
    }
}
