package org.coopmesh.membership.access;

import com.google.protobuf.ByteString;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.coopmesh.contracts.membership.v1.AccessListChange;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.membership.Figures;
import org.coopmesh.membership.Replica;

/**
 * Measures one replica of membership-service with ten thousand open streams of the access list, in a co-op of a hundred thousand
 * members and twenty thousand nodes: how long a change takes to the last receipt, beside a gRPC server that does nothing else;
 * how a burst of changes is put together; how soon a revoked node is cut; and in how much memory. With {@code --replicas 2}, what
 * happens when one of two is killed.
 */
final class AccessBench {
    private static final int WARM_UP = 15;
    private static final int BURST = 10_000;
    private static final int REVOKED = 20;
    private static final int AWAY = 200;
    private static final int EMPTY_HANDED = 500;
    private static final int SETTLE_MILLIS = 2_000;
    private static final int FILES_BESIDE = 2_000;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Figures figures = new Figures("access");
    private final int members;
    private final int registered;
    private final int streams;
    private final int changes;
    private final List<String> jvm;
    private final String settings;

    private AccessBench(List<String> arguments) throws Exception {
        members = number(arguments, "--members", 100_000);
        registered = number(arguments, "--nodes", 20_000);
        streams = number(arguments, "--streams", 10_000);
        changes = number(arguments, "--changes", 100);
        int heap = number(arguments, "--heap", 384);
        jvm =
                new ArrayList<>(
                        List.of(
                                "-Xmx" + heap + "m",
                                "-XX:+UseSerialGC",
                                "-XX:NewRatio=3",
                                "-XX:+UseCompactObjectHeaders",
                                "-Xss512k",
                                "-XX:ReservedCodeCacheSize=64m"));
        String more = System.getProperty("coopmesh.bench.jvm", "");
        if (!more.isEmpty()) {
            jvm.addAll(List.of(more.split(" ")));
        }
        settings =
                "members=%d nodes=%d streams=%d heap=-Xmx%dm SerialGC NewRatio=3, mTLS on loopback, fsync on"
                        .formatted(members, registered, streams, heap);
        long files =
                ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getMaxFileDescriptorCount();
        if (files < streams + FILES_BESIDE) {
            throw new IllegalStateException(
                    "%d streams need ulimit -n %d, here it is %d: raise it, or ask for fewer (--streams)"
                            .formatted(streams, streams + FILES_BESIDE, files));
        }
    }

    private static int number(List<String> arguments, String name, int otherwise) {
        int at = arguments.indexOf(name);
        return at < 0 ? otherwise : Integer.parseInt(arguments.get(at + 1));
    }

    static void main(String[] arguments) throws Exception {
        var asked = Arrays.asList(arguments);
        var bench = new AccessBench(asked);
        if (number(asked, "--replicas", 1) == 2) {
            bench.twoReplicas();
        } else {
            bench.oneReplica();
        }
        System.exit(0);
    }

    private void oneReplica() throws Exception {
        try (var trial = new AccessTrial(members, registered, streams, jvm)) {
            trial.endAll();
            long started = System.nanoTime();
            Replica replica = trial.start("one").ready();
            figures.tell("access.start_s", seconds(started), "s", settings);
            figures.tell("access.rss_idle_mb", replica.residentMegabytes(), "MB", settings);
            double[] whole;
            List<AccessListMessage> raw;
            try (Fleet fleet = trial.fleet()) {
                started = System.nanoTime();
                fleet.connect();
                figures.tell("access.connect_s", seconds(started), "s", settings);
                memory(replica, "connected");
                whole = changes(trial, fleet);
                raw = List.of(oneBan(trial));
                memory(replica, "changed");
                revocations(trial, replica, fleet);
                burst(trial, fleet);
                memory(replica, "burst");
                emptyHanded(trial, fleet);
                memory(replica, "whole_lists");
                questions(trial, replica);
                if (!fleet.faults().isEmpty()) {
                    throw new IllegalStateException(fleet.faults().toString());
                }
            }
            replica.end();
            double[] bare = bare(trial, raw.getFirst());
            figures.tell(
                    "access.ratio_to_bare_p50",
                    Figures.quantile(whole, 0.5) / Figures.quantile(bare, 0.5),
                    "times",
                    settings);
            figures.tell(
                    "access.ratio_to_bare_p99",
                    Figures.quantile(whole, 0.99) / Figures.quantile(bare, 0.99),
                    "times",
                    settings);
        }
    }

    /** From a fact on Kafka to the answer to the last receipt, change by change. */
    private double[] changes(AccessTrial trial, Fleet fleet) throws Exception {
        var last = new ArrayList<Double>();
        var middle = new ArrayList<Double>();
        for (int i = -WARM_UP; i < changes; i++) {
            var wave = fleet.expect(trial.population().version() + 1);
            long said = System.nanoTime();
            trial.ban(1);
            double[] millis = wave.await(said, PATIENCE);
            if (i >= 0) {
                last.add(millis[millis.length - 1]);
                middle.add(millis[millis.length / 2]);
            }
        }
        String what =
                changes
                        + " bans one after the other, fact on Kafka to the answered receipt; "
                        + settings;
        figures.tell("access.change_to_last_receipt", last, 0.99, what);
        figures.tell("access.change_to_median_receipt", middle, 0.99, what);
        return last.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** A message as nodes get it for one ban. */
    private static AccessListMessage oneBan(AccessTrial trial) {
        var row =
                trial.population()
                        .db()
                        .sql(
                                """
                                select h.head, h.signature, h.key_id, c.key, c.entry
                                from access_head h join access_change c on c.version = h.version limit 1
                                """)
                        .query((result, number) ->
                                AccessListUpdate.newBuilder()
                                        .setFromVersion(1)
                                        .addChanges(
                                                AccessListChange.newBuilder()
                                                        .setKey(result.getString("key"))
                                                        .setEntry(
                                                                ByteString.copyFrom(
                                                                        result.getBytes("entry"))))
                                        .setLast(true)
                                        .setHead(ByteString.copyFrom(result.getBytes("head")))
                                        .setSignature(
                                                ByteString.copyFrom(result.getBytes("signature")))
                                        .setKeyId(result.getString("key_id")))
                        .single();
        return AccessListMessage.newBuilder()
                .setUpdate(row)
                .setServerTime(ListEntry.timestamp(java.time.Instant.now()))
                .build();
    }

    /** The same bytes to as many streams, and as many answers, without anything else. */
    private double[] bare(AccessTrial trial, AccessListMessage message) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        FanOutServer.class.getName(),
                        trial.certificates().nodePortCertificate().toString(),
                        trial.certificates().nodePortKey().toString(),
                        trial.keys().resolve("ca.crt").toString()));
        Process server =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var answers =
                        new BufferedReader(
                                new InputStreamReader(
                                        server.getInputStream(), StandardCharsets.UTF_8));
                var words = new PrintStream(server.getOutputStream(), true);
                var fleet =
                        new Fleet(
                                List.of(Integer.parseInt(answers.readLine())),
                                trial.certificates(),
                                trial.identities(),
                                true)) {
            fleet.connect();
            String hex = HexFormat.of().formatHex(message.toByteArray());
            var last = new ArrayList<Double>();
            for (int i = -WARM_UP; i < changes; i++) {
                var wave = fleet.expect(WARM_UP + i + 1);
                long said = System.nanoTime();
                words.println(hex);
                double[] millis = wave.await(said, PATIENCE);
                if (i >= 0) {
                    last.add(millis[millis.length - 1]);
                }
            }
            figures.tell(
                    "access.bare_fan_out_to_last_answer",
                    last,
                    0.99,
                    changes
                            + " messages of "
                            + message.getSerializedSize()
                            + " bytes; "
                            + settings);
            return last.stream().mapToDouble(Double::doubleValue).toArray();
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private void revocations(AccessTrial trial, Replica replica, Fleet fleet) throws Exception {
        var took = new ArrayList<Double>();
        for (int i = 0; i < REVOKED; i++) {
            var agent = fleet.agents().get(streams - 1 - i);
            var settled = fleet.expect(trial.population().version() + 1);
            long asked = System.nanoTime();
            replica.ask(
                    "POST",
                    "/api/nodes/" + trial.population().node(streams - i) + "/revoke",
                    trial.token(),
                    "{\"reason\": \"measured\"}");
            while (agent.endedNanos() < asked) {
                Thread.sleep(1);
            }
            took.add((agent.endedNanos() - asked) / 1e6);
            settled.awaitAllBut(i + 1, PATIENCE);
        }
        fleet.leaveOut(fleet.agents().subList(streams - REVOKED, streams));
        figures.tell(
                "access.revoked_to_cut",
                took,
                0.95,
                REVOKED + " nodes, REST call to the end of the stream at the node; " + settings);
    }

    /** Many changes at once, while some nodes are away. */
    private void burst(AccessTrial trial, Fleet fleet) throws Exception {
        List<Fleet.Agent> away = fleet.agents().subList(0, AWAY);
        List<Fleet.Agent> there = fleet.agents().subList(AWAY, fleet.agents().size());
        away.forEach(Fleet.Agent::goAway);
        Thread.sleep(SETTLE_MILLIS);
        int[] deltas = there.stream().mapToInt(agent -> agent.deltas.get()).toArray();
        long[] bytes = there.stream().mapToLong(agent -> agent.bytes.get()).toArray();
        int[] awayDeltas = away.stream().mapToInt(agent -> agent.deltas.get()).toArray();
        long before = trial.population().version();
        long said = System.nanoTime();
        trial.ban(BURST);
        long last = trial.awaitBans();
        String what = BURST + " bans at once, a fact each; " + settings;
        figures.tell("access.burst_on_the_list_s", seconds(said), "s", what);
        away.forEach(Fleet.Agent::comeBack);
        fleet.expect(last).await(said, PATIENCE);
        figures.tell("access.burst_to_last_receipt_s", seconds(said), "s", what);
        figures.tell("access.burst_versions", last - before, "versions", what);
        var got = new double[there.size()];
        var size = new double[there.size()];
        for (int i = 0; i < got.length; i++) {
            got[i] = there.get(i).deltas.get() - deltas[i];
            size[i] = (there.get(i).bytes.get() - bytes[i]) / 1024.0;
        }
        figures.tell(
                "access.burst_deltas_per_node_p50", Figures.quantile(got, 0.5), "deltas", what);
        figures.tell("access.burst_deltas_per_node_max", Figures.quantile(got, 1), "deltas", what);
        figures.tell("access.burst_kb_per_node", Figures.quantile(size, 0.5), "KB", what);
        double most = 0;
        for (int i = 0; i < AWAY; i++) {
            most = Math.max(most, away.get(i).deltas.get() - awayDeltas[i]);
        }
        figures.tell(
                "access.burst_deltas_of_who_was_away_max",
                most,
                "deltas",
                AWAY + " nodes that came back after it; " + what);
    }

    /** Nodes that have lost their list ask for all of it at once. */
    private void emptyHanded(AccessTrial trial, Fleet fleet) throws Exception {
        List<Fleet.Agent> nodes = fleet.agents().subList(0, EMPTY_HANDED);
        nodes.forEach(Fleet.Agent::goAway);
        nodes.forEach(Fleet.Agent::forgetList);
        long asked = System.nanoTime();
        nodes.forEach(Fleet.Agent::comeBack);
        fleet.expect(trial.population().version()).await(asked, PATIENCE);
        figures.tell(
                "access.whole_lists_s",
                seconds(asked),
                "s",
                EMPTY_HANDED
                        + " nodes at once fetch all "
                        + nodes.getFirst().list().entries()
                        + " entries; "
                        + settings);
    }

    /** What people ask of the list at this size. */
    private void questions(AccessTrial trial, Replica replica) throws Exception {
        for (var each :
                List.of(
                        List.of("why_blocked", "/api/access/entries?q=100.64.%d.%d"),
                        List.of("whose_rule", "/api/access/entries?q=10.%d.%d.9"),
                        List.of("coverage", "/api/access/coverage?key=ban:100.64.%d.%d/32"),
                        List.of("list_and_laggards", "/api/access/list"))) {
            var took = new ArrayList<Double>();
            for (int i = -10; i < 50; i++) {
                String path = each.get(1).formatted(Math.abs(i) % 30, Math.abs(i * 7) % 250);
                long asked = System.nanoTime();
                replica.ask("GET", path, trial.token(), "");
                if (i >= 0) {
                    took.add((System.nanoTime() - asked) / 1e6);
                }
            }
            figures.tell("access." + each.getFirst(), took, 0.95, "over REST; " + settings);
        }
    }

    private void memory(Replica replica, String when) throws Exception {
        figures.tell("access.rss_" + when + "_mb", replica.residentMegabytes(), "MB", settings);
        figures.tell(
                "access.rss_peak_" + when + "_mb", replica.peakResidentMegabytes(), "MB", settings);
        figures.tell("access.heap_" + when + "_mb", replica.liveHeapMegabytes(), "MB", settings);
    }

    private void twoReplicas() throws Exception {
        try (var trial = new AccessTrial(members, registered, streams, jvm)) {
            Replica dying = trial.founding();
            Replica staying = trial.start("two").ready();
            try (Fleet fleet = trial.fleet()) {
                fleet.connect();
                memory(staying, "half");
                var killed = trial.killInTheMiddle(fleet, dying, 100, Duration.ofMillis(500));
                String what =
                        killed.stranded()
                                + " nodes lost their replica, "
                                + killed.versions()
                                + " versions while they went over; "
                                + settings;
                double[] stranded = killed.strandedMillis();
                figures.tell("access.two.kill_to_median_s", stranded[streams / 2] / 1e3, "s", what);
                figures.tell("access.two.kill_to_last_s", stranded[streams - 1] / 1e3, "s", what);
                figures.tell(
                        "access.two.last_change_to_last_receipt_s",
                        killed.lastAfterLastChangeMillis() / 1e3,
                        "s",
                        what);
                long last = trial.population().version();
                long wrong =
                        fleet.agents().stream()
                                .filter(agent -> agent.list().version() != last)
                                .count();
                long lists =
                        fleet.agents().stream()
                                .map(agent -> agent.list().hash())
                                .distinct()
                                .count();
                int receipts =
                        trial.population()
                                .onTheNewest(fleet.agents().stream().map(Fleet.Agent::id).toList());
                figures.tell("access.two.faults", fleet.faults().size() + wrong, "nodes", what);
                figures.tell("access.two.different_lists", lists, "lists", what);
                figures.tell("access.two.receipts_of_the_last", receipts, "receipts", what);
                memory(staying, "all");
                if (!fleet.faults().isEmpty()) {
                    throw new IllegalStateException(fleet.faults().toString());
                }
            }
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
