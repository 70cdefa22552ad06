package org.coopmesh.billing.metering;

import com.sun.management.UnixOperatingSystemMXBean;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
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
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.coopmesh.quickstart.Servers;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Measures how long it takes after an hour without servers until every node has handed over what it kept. Nodes do as the agent
 * does after so long: each tries within a minute of its last attempt, over a connection of its own that stays open, and again
 * within a minute where it is not heard; in between it does not knock. The replicas have only just started. Each is a process of
 * its own, the nodes that call it are another, and there are as many as open files of this machine ask for.
 */
final class OutageBench {
    static final String REPLICA = "--outage-replica";
    static final String NODES = "--outage-nodes";
    private static final int WINDOWS_AN_HOUR = 12;
    private static final int AGAIN_MILLIS_MAX = 60_000;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final int FILES_BESIDE = 1_000;
    private static final String KEYS = "NODES wrote the keys";
    private static final String LISTENING = "REPLICA listens ";
    private static final String READY = "NODES ready";
    private static final String FAILED = "NODES failed ";
    private static final String HANDED_OVER = "NODES handed over ";

    /** Its channel is closed at a failure and opened anew, so that nobody knocks before the next attempt, as with the agent's. */
    private static final class Node {
        final ChannelCredentials credentials;
        final ReportUsageRequest backlog;
        ManagedChannel channel;

        Node(ChannelCredentials credentials, ReportUsageRequest backlog) {
            this.credentials = credentials;
            this.backlog = backlog;
        }
    }

    /** A process of this bench. */
    private record Part(Process process, BufferedReader told) implements AutoCloseable {
        static Part start(String... arguments) throws IOException {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.add(MeteringBench.class.getName());
            command.addAll(List.of(arguments));
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            return new Part(process, process.inputReader());
        }

        /** The rest of the line that begins with {@code word}. */
        String await(String word) throws IOException {
            for (String line; (line = told.readLine()) != null; ) {
                if (line.startsWith(word)) return line.substring(word.length());
                if (line.contains(" ERROR ") || line.contains(" WARN ")) System.out.println(line);
            }
            throw new IllegalStateException("a process ended before it said: " + word);
        }

        void tell(String line) throws IOException {
            var to = process.outputWriter();
            to.write(line);
            to.newLine();
            to.flush();
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
        int count = Math.ceilDiv(nodes, (int) openFiles() - FILES_BESIDE);
        var callers = new ArrayList<Part>();
        var replicas = new ArrayList<Part>();
        try {
            for (int r = 0; r < count; r++) {
                String keys = MeteringContext.newKeysDirectory().toString();
                int of = nodes * (r + 1) / count - nodes * r / count;
                Part caller = Part.start(NODES, database, keys, "" + of);
                callers.add(caller);
                caller.await(KEYS);
                Part replica = Part.start(REPLICA, database, keys);
                replicas.add(replica);
                caller.tell(replica.await(LISTENING));
            }
            for (Part caller : callers) caller.await(READY);
            for (Part caller : callers) caller.tell("");
            var millis = new ArrayList<Integer>();
            var again = new StringBuilder();
            for (Part caller : callers) {
                again.append(' ').append(caller.await(FAILED));
                Arrays.stream(caller.await(HANDED_OVER).split(" "))
                        .map(Integer::valueOf)
                        .forEach(millis::add);
            }
            long counted = counted(database);
            if (counted != (long) nodes * WINDOWS_AN_HOUR) {
                throw new IllegalStateException("durable " + counted);
            }
            millis.sort(null);
            String settings =
                    "nodes=%d replicas=%d windows=%d attachments=%d failed_attempts=%s tls=mutual fsync=on cores=%d clients_and_database_on_the_same_machine"
                            .formatted(
                                    nodes,
                                    count,
                                    WINDOWS_AN_HOUR,
                                    MeteringBench.ATTACHMENTS,
                                    again.toString().strip().replace(", ", ","),
                                    Runtime.getRuntime().availableProcessors());
            MeteringBench.figure("outage.half_s", millis.get(nodes / 2) / 1e3, "s", settings);
            MeteringBench.figure("outage.all_s", millis.getLast() / 1e3, "s", settings);
        } finally {
            callers.forEach(Part::close);
            replicas.forEach(Part::close);
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

    /** A replica on {@code database}, with what is in {@code keys}. */
    static void replica(String database, Path keys) throws Exception {
        try (var context = MeteringContext.start(keys, database)) {
            System.out.println(LISTENING + context.getBean(GrpcServerLifecycle.class).getPort());
            Thread.sleep(Duration.ofDays(1));
        }
    }

    /** As many nodes as asked for, which call the replica whose port is read, as soon as another line is read. */
    static void nodes(String database, Path keys, int count) throws Exception {
        var authority = new TestAuthority();
        authority.writeNodePort(keys);
        System.out.println(KEYS);
        int port = Integer.parseInt(IO.readln());
        var all = new ArrayList<Node>();
        var source = new SingleConnectionDataSource(database, "postgres", "postgres", true);
        try {
            var db = JdbcClient.create(source);
            for (int n = 0; n < count; n++) {
                var node = new ReportingNode();
                var backlog = MeteringBench.requests(db, node, WINDOWS_AN_HOUR, WINDOWS_AN_HOUR);
                all.add(new Node(authority.credentials(node.id), backlog.getFirst()));
            }
        } finally {
            source.destroy();
        }
        var failed = new ConcurrentHashMap<Status.Code, Integer>();
        var heard = new ArrayList<Callable<Long>>();
        System.out.println(READY);
        IO.readln();
        Instant back = Instant.now();
        for (Node node : all) heard.add(() -> handOver(node, port, back, failed));
        var told = new StringBuilder(HANDED_OVER);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var each : threads.invokeAll(heard)) told.append(each.get()).append(' ');
        }
        System.out.println(FAILED + failed);
        System.out.println(told);
        // Connections stay open until all of every replica were heard
        Thread.sleep(PATIENCE);
    }

    /** Milliseconds from {@code back} until what it kept was durable. */
    private static long handOver(
            Node node, int port, Instant back, Map<Status.Code, Integer> failed) throws Exception {
        while (true) {
            Thread.sleep(ThreadLocalRandom.current().nextInt(AGAIN_MILLIS_MAX));
            node.channel = TestAuthority.connect(port, node.credentials);
            try {
                var answer =
                        UsageServiceGrpc.newBlockingStub(node.channel)
                                .withDeadlineAfter(ANSWER_WITHIN)
                                .reportUsage(node.backlog);
                if (answer.getDurable(0).getSetAsideCount() > 0) {
                    throw new IllegalStateException(answer.toString());
                }
                return Duration.between(back, Instant.now()).toMillis();
            } catch (StatusRuntimeException notHeard) {
                node.channel.shutdownNow();
                if (Instant.now().isAfter(back.plus(PATIENCE))) throw notHeard;
                failed.merge(notHeard.getStatus().getCode(), 1, Integer::sum);
            }
        }
    }
}
