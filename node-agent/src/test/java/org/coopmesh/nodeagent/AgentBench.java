package org.coopmesh.nodeagent;

import io.grpc.stub.StreamObserver;
import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.nodeagent.access.BenchList;
import org.coopmesh.nodeagent.identity.TestCoop;
import org.coopmesh.nodeagent.netfilter.Batch;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.coopmesh.nodeagent.netfilter.MeshTable;
import org.coopmesh.nodeagent.report.TestBilling;
import org.coopmesh.nodeagent.usage.Counters;

/**
 * Measures the agent as it ships: its own process with its own start script, on a router in a network namespace, with the
 * co-op's servers played beside it and real packets through the kernel. Needs root; the jar is built beforehand.
 */
final class AgentBench {
    private static final int LARGE = 100_000;
    private static final int COLD_RUNS = 3;
    private static final int CHANGES = 60;
    private static final int WARM_UP = 20;

    /** Until what starting needed has been compiled, and given back. */
    private static final Duration SETTLING =
            Duration.ofSeconds(Integer.getInteger("coopmesh.bench.settling.seconds", 150));

    /** One whole usage window of the usual length, so that all that an agent does from time to time is in it. */
    private static final Duration IDLE =
            Duration.ofSeconds(Integer.getInteger("coopmesh.bench.idle.seconds", 300));

    private static final String BANNED = "203.0.113.7";
    private static final int PORT = 9_100;
    private static final double MB = 1 << 20;

    private final Lab lab;
    private final Path folder;
    private final Path figures;
    private String settings = "";

    private AgentBench(Lab lab, Path folder) throws IOException {
        this.lab = lab;
        this.folder = folder;
        Path out = Path.of(System.getProperty("coopmesh.bench.dir", "target/bench"));
        this.figures = Files.createDirectories(out).resolve("agent.jsonl");
    }

    /** All, or only the parts that are named: {@code rest} what it weighs, {@code list} how fast it enforces, {@code counters}. */
    static void main(String[] arguments) throws Exception {
        if (!Lab.possible()) {
            System.err.println("bench agent " + Lab.NEEDS);
            System.exit(1);
        }
        Path folder = Files.createTempDirectory("agent-bench");
        try (Lab lab = Lab.up()) {
            var bench = new AgentBench(lab, folder);
            bench.install();
            List<String> parts =
                    arguments.length > 0 ? List.of(arguments) : List.of("rest", "list", "counters");
            if (parts.contains("rest")) bench.atRest();
            if (parts.contains("list")) bench.coldListAndChanges();
            if (parts.contains("counters")) bench.readCounters();
        } catch (Throwable failed) {
            try (Stream<Path> logs = Files.walk(folder)) {
                for (Path log : logs.filter(file -> file.endsWith("log")).toList()) {
                    System.err.println(log + ":\n" + Files.readString(log));
                }
            }
            throw failed;
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .map(Path::toFile)
                        .forEach(File::delete);
            }
        }
        System.exit(0);
    }

    /** The package unpacked and its cache made, as on a router; the jar on this JDK where there is no package. */
    private void install() throws Exception {
        Path home = Path.of(System.getProperty("coopmesh.home", "."));
        String packaged = System.getProperty("coopmesh.agent.package", "");
        if (packaged.isEmpty()) {
            settings = "jar on this JDK, no package was made";
            copyBuild(home);
        } else {
            Path debian = Path.of(packaged);
            run("dpkg-deb", "-x", debian.toString(), folder.toString());
            Files.move(folder.resolve("usr/lib/coopmesh-agent"), folder.resolve("agent"));
            settings = "packaged runtime";
            tell("agent.package_mb", Files.size(debian) / MB, "MB", debian.getFileName() + ", xz");
            tell("agent.disk_without_cache_mb", size(folder.resolve("agent")), "MB", "unpacked");
        }
        Path installed = folder.resolve("agent");
        Path cache = installed.resolve("agent.aot");
        var rehearsal =
                new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        lab.namespace("internet"),
                        installed.resolve("coopmesh-agent").toString(),
                        "rehearse",
                        "kernel");
        rehearsal.environment().put("COOPMESH_AGENT_CACHE_OUTPUT", cache.toString());
        long started = System.nanoTime();
        Process rehearsed =
                rehearsal
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        boolean ended = rehearsed.waitFor(2, TimeUnit.MINUTES);
        if (!ended || rehearsed.exitValue() != 0 || !Files.exists(cache)) {
            rehearsed.destroyForcibly();
            settings += ", no AOT cache";
            System.err.println("no cache was made: starts are slower and memory is more");
        } else {
            settings += ", AOT cache";
            tell(
                    "agent.cache_made_s",
                    (System.nanoTime() - started) / 1e9,
                    "s",
                    "rehearsal and cache, once at install");
        }
        tell("agent.disk_mb", size(installed), "MB", "unpacked, as du says");
    }

    private void copyBuild(Path home) throws IOException {
        Path built = home.resolve("node-agent/target");
        Path installed = Files.createDirectories(folder.resolve("agent"));
        Files.copy(built.resolve("node-agent.jar"), installed.resolve("node-agent.jar"));
        Files.createDirectories(installed.resolve("lib"));
        try (Stream<Path> jars = Files.list(built.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, installed.resolve("lib").resolve(jar.getFileName()));
            }
        }
        Path script = installed.resolve("coopmesh-agent");
        Files.copy(home.resolve("node-agent/src/dist/coopmesh-agent"), script);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static double size(Path folder) throws Exception {
        return Long.parseLong(run("du", "-sk", folder.toString()).split("\\s", -1)[0]) * 1024 / MB;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) throw new IOException(String.join(" ", command) + ": " + said);
        return said;
    }

    /** A co-op on the router's loopback, and one agent that belongs to it. */
    private final class Village implements AutoCloseable {
        private final TestBilling billing = new TestBilling();
        private final BenchList list;
        private final TestCoop coop;
        private final Path state;
        private Process agent;

        Village(String name) throws Exception {
            state = Files.createDirectories(folder.resolve(name));
            TestCoop[] made = new TestCoop[1];
            list = new BenchList(message -> made[0].signList(message));
            coop = lab.on("router", () -> new TestCoop(billing, list));
            made[0] = coop;
            agent = start();
        }

        Process start() throws Exception {
            Path config =
                    Files.writeString(
                            state.resolve("agent.conf"),
                            """
                            state-dir: %s
                            membership: %s
                            billing: %s
                            enrolment-code: %s
                            ca-fingerprint: %s
                            uplink: wan
                            """
                                    .formatted(
                                            state.resolve("state"),
                                            coop.target(),
                                            coop.target(),
                                            TestCoop.CODE,
                                            coop.fingerprint()));
            return new ProcessBuilder(
                            "ip",
                            "netns",
                            "exec",
                            lab.namespace("router"),
                            folder.resolve("agent/coopmesh-agent").toString(),
                            config.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(state.resolve("log").toFile()))
                    .start();
        }

        @Override
        public void close() throws Exception {
            agent.destroyForcibly().waitFor();
            coop.close();
            lab.sh("router", "nft flush ruleset");
        }
    }

    private void coldListAndChanges() throws Exception {
        double[] cold = new double[COLD_RUNS];
        for (int run = 0; run < COLD_RUNS; run++) {
            try (var village = new Village("cold" + run)) {
                BenchList list = village.list;
                StreamObserver<AccessListMessage> stream = list.stream();
                String node = village.coop.enrolled.getFirst();
                List<AccessListMessage> pages = list.whole(node, 200, LARGE - 201);

                pages.forEach(stream::onNext);

                cold[run] = list.receipt().getApplyMillis();
                if (run == COLD_RUNS - 1) {
                    Arrays.sort(cold);
                    tell(
                            "agent.cold_list_100k_ms",
                            cold[COLD_RUNS / 2],
                            "ms",
                            "first list after the start of the process, last page to the kernel's"
                                    + " answer, 200 attachments and 99,800 bans (1 % prefixes, 10 %"
                                    + " IPv6), signature and hash included, the disk comes after;"
                                    + " median of "
                                    + COLD_RUNS);
                    changes(list, stream);
                    startToEnforced(village, stream);
                }
            }
        }
    }

    private void changes(BenchList list, StreamObserver<AccessListMessage> stream)
            throws Exception {
        double[] answered = new double[CHANGES];
        double[] applied = new double[CHANGES];
        for (int i = -WARM_UP; i < CHANGES; i++) {
            AccessListMessage message = list.ban("198.18.%d.7/32".formatted(i + WARM_UP));
            long sent = System.nanoTime();
            stream.onNext(message);
            int millis = list.receipt().getApplyMillis();
            if (i >= 0) {
                answered[i] = (System.nanoTime() - sent) / 1e6;
                applied[i] = millis;
            }
        }
        Arrays.sort(answered);
        Arrays.sort(applied);
        tell(
                "agent.add_one_ms",
                median(applied),
                "ms",
                String.format(
                        Locale.ROOT,
                        "one more ban in %,d: message in to kernel and disk done, whole ms; p95"
                                + " %.0f; with both ways over mTLS p50 %.1f, p95 %.1f; n=%d",
                        LARGE,
                        applied[CHANGES * 95 / 100],
                        median(answered),
                        answered[CHANGES * 95 / 100],
                        CHANGES));
        double[] dropped = new double[CHANGES];
        try (var flow = new Flow()) {
            for (int i = -WARM_UP; i < CHANGES; i++) {
                flow.awaitPassing();
                AccessListMessage message = list.ban(BANNED + "/32");
                long sent = System.nanoTime();
                stream.onNext(message);
                list.receipt();
                Thread.sleep(10);
                if (i >= 0) dropped[i] = (flow.lastArrivedNanos - sent) / 1e6;
                stream.onNext(list.lift(BANNED + "/32"));
                list.receipt();
            }
        }
        Arrays.sort(dropped);
        tell(
                "agent.message_to_drop_ms",
                dropped[CHANGES * 95 / 100],
                "ms",
                String.format(
                        Locale.ROOT,
                        "p95 of %d: server hands over one ban to the last packet that passes, mTLS,"
                                + " list of %,d, a packet each 0.2 ms; p50 %.1f, max %.1f",
                        CHANGES,
                        LARGE,
                        median(dropped),
                        dropped[CHANGES - 1]));
    }

    /** Killed, its rules gone as after a reboot, and no server to be reached: until nothing passes any more. */
    private void startToEnforced(Village village, StreamObserver<AccessListMessage> stream)
            throws Exception {
        String node = village.coop.enrolled.getFirst();
        for (int bans : List.of(LARGE, 10_000)) {
            village.list.whole(node, 200, bans).forEach(stream::onNext);
            village.list.receipt();
            stream.onNext(village.list.ban(BANNED + "/32"));
            village.list.receipt();
            Thread.sleep(10_000); // Until the file on disk is compact.
            village.agent.destroyForcibly().waitFor();
            double[] enforced = new double[COLD_RUNS];
            for (int run = 0; run < COLD_RUNS; run++) {
                lab.sh("router", "nft flush ruleset");
                village.list.pause();
                try (var flow = new Flow()) {
                    flow.awaitPassing();
                    long started = System.nanoTime();
                    village.agent = village.start();
                    flow.awaitSilence();
                    enforced[run] = (flow.lastArrivedNanos - started) / 1e6;
                }
                village.agent.destroyForcibly().waitFor();
            }
            village.list.goOn();
            village.agent = village.start();
            stream = village.list.stream();
            Arrays.sort(enforced);
            tell(
                    bans == LARGE
                            ? "agent.start_to_enforced_100k_ms"
                            : "agent.start_to_enforced_ms",
                    median(enforced),
                    "ms",
                    String.format(
                            Locale.ROOT,
                            "start of the process to the last packet that passes, %,d bans from disk,"
                                    + " no rules before, no server answers; median of %d",
                            bans,
                            COLD_RUNS));
        }
    }

    private void atRest() throws Exception {
        try (var village = new Village("rest")) {
            StreamObserver<AccessListMessage> stream = village.list.stream();
            village.list
                    .whole(village.coop.enrolled.getFirst(), 200, 10_000)
                    .forEach(stream::onNext);
            village.list.receipt();
            List<Process> others = others();
            Thread.sleep(SETTLING);
            double[] before = new double[others.size() + 1];
            long nanos = System.nanoTime();
            List<Process> all = new ArrayList<>(List.of(village.agent));
            all.addAll(others);
            for (int i = 0; i < before.length; i++) before[i] = cpuSeconds(all.get(i));
            Thread.sleep(IDLE);
            double seconds = (System.nanoTime() - nanos) / 1e9;
            for (int i = 0; i < before.length; i++) {
                Process process = all.get(i);
                String name = "agent";
                String how =
                        "200 attachments, 10,000 bans, TLS streams open, start script as shipped";
                if (i > 0) {
                    String command = process.info().command().orElse("gone");
                    name = "beside." + Path.of(command).getFileName();
                    how = "Debian's package as it is, all its processes, same run";
                }
                how +=
                        String.format(
                                Locale.ROOT,
                                "; %d s after the list, load average %s",
                                SETTLING.plus(IDLE).toSeconds(),
                                Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
                tell(
                        name + ".rss_mb",
                        memory(process, "status", "VmRSS"),
                        "MB",
                        String.format(
                                Locale.ROOT,
                                "%s; of it anonymous %.0f, peak %.0f",
                                how,
                                memory(process, "status", "RssAnon"),
                                memory(process, "status", "VmHWM")));
                tell(name + ".pss_mb", memory(process, "smaps_rollup", "Pss"), "MB", how);
                tell(
                        name + ".cpu_percent",
                        (cpuSeconds(process) - before[i]) / seconds * 100,
                        "%",
                        "of one core, all its processes and those that have ended, over "
                                + IDLE.toSeconds()
                                + " s from "
                                + SETTLING.toSeconds()
                                + " s after the list on, nothing to do but what it does from time"
                                + " to time; "
                                + how);
            }
            for (Process other : others) {
                other.descendants().forEach(ProcessHandle::destroyForcibly);
                other.destroyForcibly().waitFor();
            }
        }
    }

    /** What else could watch a router, where it is installed: started in a namespace of its own network. */
    private List<Process> others() throws Exception {
        List<Process> others = new ArrayList<>();
        for (List<String> command :
                List.of(
                        List.of("prometheus-node-exporter", "--web.listen-address=127.0.0.1:9199"),
                        List.of("netdata", "-D", "-p", "19998"))) {
            if (Stream.of("/usr/bin/", "/usr/sbin/")
                    .noneMatch(at -> Files.isExecutable(Path.of(at + command.getFirst())))) {
                System.err.println(
                        command.getFirst() + " is not installed: nothing is measured beside it");
                continue;
            }
            var inNamespace =
                    new ArrayList<>(List.of("ip", "netns", "exec", lab.namespace("internet")));
            inNamespace.addAll(command);
            others.add(
                    new ProcessBuilder(inNamespace)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start());
        }
        return others;
    }

    private void readCounters() throws Exception {
        double[] millis =
                lab.on(
                        "router",
                        () -> {
                            try (MeshTable table = MeshTable.open("bench");
                                    Counters counters =
                                            Counters.nftables(
                                                    "bench",
                                                    Optional.of("wan"),
                                                    java.util.Map.of())) {
                                table.ensure();
                                Batch batch = table.batch();
                                for (int i = 0; i < 10_000; i++) {
                                    String id = "00000000-0000-0000-0000-%012x".formatted(i / 4);
                                    batch.counter(
                                            MeshTable.counterName(
                                                    id,
                                                    true,
                                                    List.of(
                                                                    "internet_up",
                                                                    "internet_down",
                                                                    "local_up",
                                                                    "local_down")
                                                            .get(i % 4)));
                                }
                                table.commit(batch);
                                double[] all = new double[CHANGES];
                                for (int i = 0; i < CHANGES; i++) {
                                    long started = System.nanoTime();
                                    int size = counters.read().figures().size();
                                    all[i] = (System.nanoTime() - started) / 1e6;
                                    if (size != 10_000) throw new AssertionError(size);
                                }
                                return all;
                            }
                        });
        double first = millis[0];
        Arrays.sort(millis);
        tell(
                "agent.read_10k_counters_ms",
                median(millis),
                "ms",
                String.format(
                        Locale.ROOT,
                        "raw netlink dump of 10,000 named counters and the uplink; first %.0f, p95"
                                + " %.1f, n=%d",
                        first,
                        millis[CHANGES * 95 / 100],
                        CHANGES));
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }

    /** Of the process and all it started, also what has ended since. */
    private static double cpuSeconds(Process process) {
        return family(process)
                .mapToDouble(pid -> {
                    try {
                        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
                        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                        long ticks = 0;
                        for (int i = 11; i <= 14; i++) ticks += Long.parseLong(fields[i]);
                        return ticks / 100.0;
                    } catch (IOException gone) {
                        return 0;
                    }
                })
                .sum();
    }

    private static double memory(Process process, String file, String field) {
        return family(process)
                .mapToDouble(pid -> {
                    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid, file))) {
                        return lines.filter(line -> line.startsWith(field + ":"))
                                .mapToDouble(line ->
                                        Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024 / MB)
                                .findFirst()
                                .orElse(0);
                    } catch (IOException | java.io.UncheckedIOException gone) {
                        return 0;
                    }
                })
                .sum();
    }

    private static Stream<Long> family(Process process) {
        return Stream.concat(
                Stream.of(process.pid()), process.descendants().map(ProcessHandle::pid));
    }

    /** Small packets from a client to an address of the Internet, each with the time it was sent. */
    private final class Flow implements AutoCloseable {
        private final DatagramSocket from;
        private final DatagramSocket to;
        private volatile long lastArrivedNanos;

        Flow() throws Exception {
            to = lab.on("internet", () -> new DatagramSocket(PORT, InetAddress.getByName(BANNED)));
            from = lab.on("clientA", () -> new DatagramSocket());
            Thread.ofPlatform().daemon().start(this::send);
            Thread.ofPlatform().daemon().start(this::receive);
        }

        private void send() {
            try {
                var target = InetAddress.getByName(BANNED);
                while (!from.isClosed()) {
                    byte[] stamp = ByteBuffer.allocate(8).putLong(System.nanoTime()).array();
                    from.send(new DatagramPacket(stamp, stamp.length, target, PORT));
                    LockSupport.parkNanos(200_000);
                }
            } catch (IOException closed) {
                // The measurement is over.
            }
        }

        private void receive() {
            try {
                var packet = new DatagramPacket(new byte[8], 8);
                while (true) {
                    to.receive(packet);
                    lastArrivedNanos = ByteBuffer.wrap(packet.getData()).getLong();
                }
            } catch (IOException closed) {
                // The measurement is over.
            }
        }

        void awaitPassing() throws InterruptedException {
            long now = System.nanoTime();
            while (lastArrivedNanos - now < 0) Thread.sleep(1);
        }

        void awaitSilence() throws InterruptedException {
            long patience = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (System.nanoTime() - lastArrivedNanos < Duration.ofSeconds(1).toNanos()) {
                if (System.nanoTime() > patience) throw new AssertionError("never enforced");
                Thread.sleep(20);
            }
        }

        @Override
        public void close() {
            from.close();
            to.close();
        }
    }

    private void tell(String name, double value, String unit, String how) throws IOException {
        String rounded = String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value);
        String all =
                how
                        + "; %s, %d cores, %s, JDK %s"
                                .formatted(
                                        settings,
                                        Runtime.getRuntime().availableProcessors(),
                                        System.getProperty("os.arch"),
                                        System.getProperty("java.version"));
        System.out.println("FIGURE " + name + " " + rounded + " " + unit + " | " + all);
        Files.writeString(
                figures,
                "{\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"settings\":\"%s\"}%n"
                        .formatted(name, rounded, unit, all),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
