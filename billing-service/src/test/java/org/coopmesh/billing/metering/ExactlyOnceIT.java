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

    /** A clock that runs wrong, is set back and set forward, and is at last an hour ahead. */
    @Property(tries = 30, shrinking = ShrinkingMode.OFF)
    void aClockThatDriftsAndJumpsCostsNoByteAndCountsNoneTwice(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int windows) {
        var random = new Random(seed);
        var node = new ReportingNode();
        AttachmentId attachment =
                MeteringContext.attach(context.getBean(JdbcClient.class), node.id);
        var reports = new ArrayList<ByteString>();
        var ahead = new ArrayList<Long>();
        long down = 0;
        Instant at = START.plusSeconds(3 * 3_600);
        Instant latest = MeteringContext.START.plus(Plausibility.AHEAD_MAX);
        for (int i = 0; i < windows; i++) {
            at =
                    switch (random.nextInt(6)) {
                        case 0 -> at.minusSeconds(3_600); // Set back.
                        case 1 -> at.plusSeconds(random.nextInt(7_200)); // Set forward.
                        default -> at.plusMillis(random.nextInt(600_000) - 300_000); // Drifts.
                    };
            Instant end = at.plusSeconds(300);
            long bytes = random.nextLong(30_000_000_000L);
            if (end.isAfter(latest)) ahead.add(node.sequence + 1);
            else down += bytes;
            reports.add(node.report(at, attachment, bytes, 0));
            at = end;
        }
        Instant hourAhead = MeteringContext.START.plusSeconds(3_600);
        ahead.add(node.sequence + 1);
        reports.add(node.report(hourAhead.minusSeconds(300), attachment, 1, 1));

        for (int cut = 1 + random.nextInt(reports.size()), from = 0;
                from < reports.size();
                from = cut, cut = reports.size()) {
            metering().record(node.arrival(reports.subList(from, cut)));
        }
        List<Receipt> again = metering().record(node.arrival(reports));

        assertThat(again.getFirst().missing()).isEmpty();
        assertThat(again.getFirst().setAside())
                .containsExactlyElementsOf(
                        ahead.stream()
                                .map(sequence ->
                                        new Receipt.SetAside(
                                                sequence, Verdict.Reason.FROM_THE_FUTURE))
                                .toList());
        assertThat(
                        metering()
                                .used(
                                        List.of(attachment),
                                        START.minusSeconds(30 * 86_400),
                                        START.plusSeconds(86_400))
                                .get(attachment))
                .isEqualTo(new Usage(down, 0, 0, 0, reports.size() - ahead.size(), 0));
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
