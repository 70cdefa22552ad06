package org.coopmesh.billing.metering;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Measures how long it takes after an hour without servers until every node has handed over what it kept: all call at once, each
 * over a connection of its own that stays open, and try again where they are not heard. The service has only just started.
 */
final class OutageBench {
    private static final int WINDOWS_AN_HOUR = 12;
    private static final int AGAIN_MILLIS_MIN = 1_000;
    private static final int AGAIN_MILLIS_MAX = 5_000;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private record Node(ManagedChannel channel, List<ReportUsageRequest> backlog) {}

    private OutageBench() {}

    static void main(String[] arguments) throws Exception {
        int nodes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        Path keys = MeteringContext.newKeysDirectory();
        var authority = new TestAuthority();
        authority.writeNodePort(keys);
        try (var context = MeteringContext.start(keys)) {
            var db = context.getBean(JdbcClient.class);
            int port = context.getBean(GrpcServerLifecycle.class).getPort();
            var all = new ArrayList<Node>();
            for (int n = 0; n < nodes; n++) {
                var node = new ReportingNode();
                var backlog = MeteringBench.requests(db, node, WINDOWS_AN_HOUR, WINDOWS_AN_HOUR);
                all.add(new Node(authority.connect(port, node.id), backlog));
            }

            var again = new AtomicInteger();
            Instant back = Instant.now();
            var heard = new ArrayList<Callable<Long>>();
            for (Node node : all) heard.add(() -> handOver(node, back, again));
            long[] millis = new long[nodes];
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                int n = 0;
                for (var each : threads.invokeAll(heard)) millis[n++] = each.get();
            }
            long counted =
                    db.sql("select count(*) from usage_report where state = 'counted'")
                            .query(Long.class)
                            .single();
            if (counted != (long) nodes * WINDOWS_AN_HOUR) {
                throw new IllegalStateException("durable " + counted);
            }
            Arrays.sort(millis);
            String settings =
                    "nodes=%d windows=%d attachments=%d repeated=%d tls=mutual fsync=on cores=%d clients_and_database_on_the_same_machine"
                            .formatted(
                                    nodes,
                                    WINDOWS_AN_HOUR,
                                    MeteringBench.ATTACHMENTS,
                                    again.get(),
                                    Runtime.getRuntime().availableProcessors());
            MeteringBench.figure("outage.half_s", millis[nodes / 2] / 1e3, "s", settings);
            MeteringBench.figure("outage.all_s", millis[nodes - 1] / 1e3, "s", settings);
            all.forEach(node -> node.channel().shutdownNow());
        }
        System.exit(0);
    }

    /** Milliseconds from {@code back} until its last window was durable. */
    private static long handOver(Node node, Instant back, AtomicInteger again) throws Exception {
        for (ReportUsageRequest request : node.backlog()) {
            while (true) {
                try {
                    var answer =
                            UsageServiceGrpc.newBlockingStub(node.channel())
                                    .withDeadlineAfter(ANSWER_WITHIN)
                                    .reportUsage(request);
                    if (answer.getDurable(0).getSetAsideCount() > 0) {
                        throw new IllegalStateException(answer.toString());
                    }
                    break;
                } catch (StatusRuntimeException notHeard) {
                    if (Instant.now().isAfter(back.plus(PATIENCE))) throw notHeard;
                    again.incrementAndGet();
                    Thread.sleep(
                            ThreadLocalRandom.current()
                                    .nextInt(AGAIN_MILLIS_MIN, AGAIN_MILLIS_MAX));
                }
            }
        }
        return Duration.between(back, Instant.now()).toMillis();
    }
}
