package org.coopmesh.billing.metering;

import com.sun.management.UnixOperatingSystemMXBean;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.DriverManager;
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
import org.coopmesh.quickstart.Servers;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Measures how long it takes after an hour without servers until every node has handed over what it kept. Nodes do as the agent
 * does after so long: each tries within a minute of its last attempt, over a connection of its own that stays open, and again
 * within a minute where it is not heard. The replicas have only just started. Each is a process of its own that also plays the
 * nodes that call it, and there are as many as open files of this machine ask for.
 */
final class OutageBench {
    static final String REPLICA = "--outage-replica";
    private static final int WINDOWS_AN_HOUR = 12;
    private static final int AGAIN_MILLIS_MAX = 60_000;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    // Both ends of a connection are files of the same process
    private static final int FILES_A_NODE = 2;
    private static final int FILES_BESIDE = 1_000;
    private static final String READY = "REPLICA ready";
    private static final String HANDED_OVER = "REPLICA handed over ";

    private record Node(ManagedChannel channel, ReportUsageRequest backlog) {}

    private record Replica(Process process, BufferedReader told) implements AutoCloseable {
        static Replica start(String database, int nodes) throws IOException {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.addAll(List.of(MeteringBench.class.getName(), REPLICA, database, "" + nodes));
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            return new Replica(process, process.inputReader());
        }

        /** The rest of the line that begins with {@code word}. */
        String await(String word) throws IOException {
            for (String line; (line = told.readLine()) != null; ) {
                if (line.startsWith(word)) return line.substring(word.length());
                if (line.contains(" ERROR ") || line.contains(" WARN ")) System.out.println(line);
            }
            throw new IllegalStateException("a replica ended before it said: " + word);
        }

        void go() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private OutageBench() {}

    static void main(String[] arguments) throws Exception {
        int nodes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        String database = Servers.freshDatabase("billing");
        int most = (int) (openFiles() - FILES_BESIDE) / FILES_A_NODE;
        int count = Math.ceilDiv(nodes, most);
        var replicas = new ArrayList<Replica>();
        try {
            for (int r = 0; r < count; r++) {
                replicas.add(Replica.start(database, nodes * (r + 1) / count - nodes * r / count));
            }
            for (Replica replica : replicas) replica.await(READY);
            for (Replica replica : replicas) replica.go();
            var millis = new ArrayList<Integer>();
            int again = 0;
            for (Replica replica : replicas) {
                String[] told = replica.await(HANDED_OVER).split(" ");
                again += Integer.parseInt(told[0]);
                Arrays.stream(told).skip(1).map(Integer::valueOf).forEach(millis::add);
            }
            long counted = counted(database);
            if (counted != (long) nodes * WINDOWS_AN_HOUR) {
                throw new IllegalStateException("durable " + counted);
            }
            millis.sort(null);
            String settings =
                    "nodes=%d replicas=%d windows=%d attachments=%d repeated=%d tls=mutual fsync=on cores=%d clients_and_database_on_the_same_machine"
                            .formatted(
                                    nodes,
                                    count,
                                    WINDOWS_AN_HOUR,
                                    MeteringBench.ATTACHMENTS,
                                    again,
                                    Runtime.getRuntime().availableProcessors());
            MeteringBench.figure("outage.half_s", millis.get(nodes / 2) / 1e3, "s", settings);
            MeteringBench.figure("outage.all_s", millis.getLast() / 1e3, "s", settings);
        } finally {
            replicas.forEach(Replica::close);
        }
        System.exit(0);
    }

    private static long openFiles() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getMaxFileDescriptorCount();
    }

    private static long counted(String database) throws Exception {
        try (var connection = DriverManager.getConnection(database, "postgres", "postgres");
                var result =
                        connection
                                .createStatement()
                                .executeQuery(
                                        "select count(*) from usage_report where state = 'counted'")) {
            result.next();
            return result.getLong(1);
        }
    }

    /** A replica on {@code database}, and the nodes that call it as soon as a line is read. */
    static void replica(String database, int nodes) throws Exception {
        Path keys = MeteringContext.newKeysDirectory();
        var authority = new TestAuthority();
        authority.writeNodePort(keys);
        try (var context = MeteringContext.start(keys, database)) {
            var db = context.getBean(JdbcClient.class);
            int port = context.getBean(GrpcServerLifecycle.class).getPort();
            var all = new ArrayList<Node>();
            for (int n = 0; n < nodes; n++) {
                var node = new ReportingNode();
                var backlog = MeteringBench.requests(db, node, WINDOWS_AN_HOUR, WINDOWS_AN_HOUR);
                all.add(new Node(authority.connect(port, node.id), backlog.getFirst()));
            }
            var again = new AtomicInteger();
            var heard = new ArrayList<Callable<Long>>();
            System.out.println(READY);
            System.in.read();
            Instant back = Instant.now();
            for (Node node : all) heard.add(() -> handOver(node, back, again));
            var told = new StringBuilder(HANDED_OVER);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var millis = threads.invokeAll(heard);
                told.append(again.get());
                for (var each : millis) told.append(' ').append(each.get());
            }
            System.out.println(told);
            // Connections stay open until all of every replica were heard
            Thread.sleep(PATIENCE);
        }
    }

    /** Milliseconds from {@code back} until what it kept was durable. */
    private static long handOver(Node node, Instant back, AtomicInteger again) throws Exception {
        while (true) {
            Thread.sleep(ThreadLocalRandom.current().nextInt(AGAIN_MILLIS_MAX));
            try {
                node.channel().resetConnectBackoff();
                var answer =
                        UsageServiceGrpc.newBlockingStub(node.channel())
                                .withDeadlineAfter(ANSWER_WITHIN)
                                .reportUsage(node.backlog());
                if (answer.getDurable(0).getSetAsideCount() > 0) {
                    throw new IllegalStateException(answer.toString());
                }
                return Duration.between(back, Instant.now()).toMillis();
            } catch (StatusRuntimeException notHeard) {
                if (Instant.now().isAfter(back.plus(PATIENCE))) throw notHeard;
                again.incrementAndGet();
            }
        }
    }
}
