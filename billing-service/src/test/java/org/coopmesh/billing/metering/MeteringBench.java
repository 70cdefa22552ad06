package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.coopmesh.billing.LiveHeap;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.LinkUsage;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.UplinkUsage;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Measures signed usage reports from the node's connection to durable: TLS, signature, plausibility, roster, exactly once,
 * hours. Clients, service and database (fsync on) share this machine. Prints figures, asserts only that nothing was lost.
 */
final class MeteringBench {
    static final int ATTACHMENTS = 8;
    private static final int LINKS = 4;
    private static final long BYTES = 1_000_000;

    private MeteringBench() {}

    /** Arguments: nodes, reports per node, and reports per request for each round in turn; or those of the other benches. */
    static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && "--windows".equals(arguments[0])) {
            UsageStoreBench.main(arguments);
            return;
        }
        if (arguments.length > 0 && "--outage".equals(arguments[0])) {
            OutageBench.main(arguments);
            return;
        }
        if (arguments.length > 0 && OutageBench.REPLICA.equals(arguments[0])) {
            OutageBench.replica(arguments[1], Path.of(arguments[2]));
            return;
        }
        if (arguments.length > 0 && OutageBench.NODES.equals(arguments[0])) {
            OutageBench.nodes(arguments[1], Path.of(arguments[2]), Integer.parseInt(arguments[3]));
            return;
        }
        int nodes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
        int reports = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 360;
        List<Integer> rounds =
                arguments.length > 2
                        ? java.util.Arrays.stream(arguments).skip(2).map(Integer::valueOf).toList()
                        : List.of(1, 12);
        Path keys = MeteringContext.newKeysDirectory();
        var authority = new TestAuthority();
        authority.writeNodePort(keys);
        try (var context = MeteringContext.start(keys)) {
            round(context, authority, 50, 120, 12); // Warms up.
            // The store grows, and each connection's reports with it.
            for (int of : List.of(reports / 10, reports)) {
                var added = new AtomicLong();
                round(
                        context,
                        authority,
                        nodes,
                        of,
                        12,
                        sending -> added.set(LiveHeap.addedBy(sending)));
                figure(
                        "metering.live_heap",
                        added.get() / 1e6,
                        "MB",
                        "nodes=%d reports_per_node=%d clients_in_the_same_process everything_else_collected_each_half_second"
                                .formatted(nodes, of));
            }
            for (int perRequest : rounds) {
                double perSecond = round(context, authority, nodes, reports, perRequest);
                figure(
                        perSecond,
                        "nodes=%d reports_per_node=%d reports_per_request=%d attachments=%d links=%d"
                                        .formatted(nodes, reports, perRequest, ATTACHMENTS, LINKS)
                                + " tls=mutual fsync=on cores="
                                + Runtime.getRuntime().availableProcessors()
                                + " clients_and_database_on_the_same_machine");
            }
        }
        System.exit(0);
    }

    /** How the sending is watched. */
    private interface Watch {
        void over(Callable<Void> sending) throws Exception;
    }

    private static double round(
            ConfigurableApplicationContext context,
            TestAuthority authority,
            int nodes,
            int reports,
            int perRequest)
            throws Exception {
        return round(context, authority, nodes, reports, perRequest, Callable::call);
    }

    private static double round(
            ConfigurableApplicationContext context,
            TestAuthority authority,
            int nodes,
            int reports,
            int perRequest,
            Watch watch)
            throws Exception {
        var db = context.getBean(JdbcClient.class);
        int port = context.getBean(GrpcServerLifecycle.class).getPort();
        long before = db.sql("select count(*) from usage_report").query(Long.class).single();
        var channels = new ArrayList<ManagedChannel>();
        var calls = new ArrayList<Callable<Void>>();
        for (int n = 0; n < nodes; n++) {
            var node = new ReportingNode();
            List<ReportUsageRequest> requests = requests(db, node, reports, perRequest);
            ManagedChannel channel = authority.connect(port, node.id);
            channels.add(channel);
            channel.getState(true);
            calls.add(() -> {
                for (ReportUsageRequest request : requests) {
                    var answer =
                            UsageServiceGrpc.newBlockingStub(channel)
                                    .withDeadlineAfter(Duration.ofSeconds(60))
                                    .reportUsage(request);
                    if (answer.getDurable(0).getSetAsideCount() > 0) {
                        throw new IllegalStateException(answer.toString());
                    }
                }
                return null;
            });
        }
        Thread.sleep(2_000); // Handshakes.
        Instant started = Instant.now();
        watch.over(() -> {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var call : threads.invokeAll(calls)) call.get();
            }
            return null;
        });
        double seconds = Duration.between(started, Instant.now()).toNanos() / 1e9;
        channels.forEach(ManagedChannel::shutdownNow);
        long durable =
                db.sql("select count(*) from usage_report where state = 'counted'")
                                .query(Long.class)
                                .single()
                        - before;
        if (durable != (long) nodes * reports) {
            throw new IllegalStateException("durable " + durable + " of " + nodes * reports);
        }
        return durable / seconds;
    }

    /** An hour's or so of reports of a node that the roster knows from now on. */
    static List<ReportUsageRequest> requests(
            JdbcClient db, ReportingNode node, int reports, int perRequest) {
        var attachments = new ArrayList<AttachmentId>();
        for (int a = 0; a < ATTACHMENTS; a++) attachments.add(MeteringContext.attach(db, node.id));
        Instant start = MeteringContext.START.minus(Duration.ofMinutes(5L * reports));
        var requests = new ArrayList<ReportUsageRequest>();
        var run = new ArrayList<ByteString>();
        for (int r = 0; r < reports; r++) {
            run.add(
                    node.seal(
                            report(node, start.plus(Duration.ofMinutes(5L * r)), attachments, r)));
            if (run.size() == perRequest || r == reports - 1) {
                requests.add(node.request(node.run(List.copyOf(run))));
                run.clear();
            }
        }
        return requests;
    }

    /** A window of a node with 4 attachments of its own, traffic carried for 4 others, 4 links and an uplink. */
    static UsageReport.Builder report(
            ReportingNode node, Instant startedAt, List<AttachmentId> attachments, int r) {
        var report = node.window(startedAt, Duration.ofMinutes(5));
        for (int a = 0; a < ATTACHMENTS; a++) {
            report.addAttachments(
                    AttachmentUsage.newBuilder()
                            .setAttachmentId(attachments.get(a).value().toString())
                            .setOwn(a < ATTACHMENTS / 2)
                            .setInternetBytesDown(BYTES * a + r)
                            .setInternetBytesUp(BYTES / 10 + r)
                            .setLocalBytesDown(BYTES / 7)
                            .setLocalBytesUp(BYTES / 9)
                            .setPacketsDown(900)
                            .setPacketsUp(800)
                            .setTotalBytesDown(BYTES * 100 * r)
                            .setTotalBytesUp(BYTES * 10 * r));
        }
        for (int l = 0; l < LINKS; l++) {
            report.addLinks(
                    LinkUsage.newBuilder()
                            .setNeighbourNodeId(node.id.hex())
                            .setInterface("mesh" + l)
                            .setBytesReceived(BYTES * r)
                            .setBytesSent(BYTES * r));
        }
        report.setUplink(UplinkUsage.newBuilder().setInterface("wan").setBytesReceived(BYTES));
        return report;
    }

    private static void figure(double perSecond, String settings) throws Exception {
        figure("metering.reports_per_s", perSecond, "/s", settings);
    }

    static void figure(String name, double figure, String unit, String settings) throws Exception {
        String value = String.format(java.util.Locale.ROOT, figure < 100 ? "%.1f" : "%.0f", figure);
        System.out.println("FIGURE " + name + " " + value + " " + unit + " | " + settings);
        Path file =
                Path.of(System.getProperty("coopmesh.bench.dir", "target/bench"))
                        .resolve("metering.jsonl");
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
