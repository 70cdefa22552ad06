package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.coopmesh.nodeagent.netfilter.Lab;

/**
 * Three routers in a ring, each in its own network namespace, with an address of its own that the others reach only if a
 * routing daemon says how.
 *
 * <pre>
 *        r1 10.207.0.1
 *       /  \
 *     r2 -- r3
 * </pre>
 */
final class MeshLab implements AutoCloseable {
    private static final List<String> ROUTERS = List.of("r1", "r2", "r3");
    private static final List<String> LINKS = List.of("12", "23", "13");

    private final String prefix = "cms-" + Lab.unique() + "-";
    private final List<Process> daemons = new ArrayList<>();
    private final Path directory;

    private MeshLab(Path directory) {
        this.directory = directory;
    }

    /** Whether this machine can have the ring with babeld on it. */
    static boolean possibleWithBabeld() {
        return Lab.possible() && Command.isThere("babeld");
    }

    /** Whether this machine can have the ring with Yggdrasil on it. */
    static boolean possibleWithYggdrasil() {
        return Lab.possible()
                && Command.isThere("yggdrasil")
                && Files.exists(Path.of("/dev/net/tun"));
    }

    /** Builds the ring. */
    static MeshLab up(Path directory) throws Exception {
        var lab = new MeshLab(directory);
        try {
            lab.build();
            return lab;
        } catch (Exception e) {
            lab.close();
            throw e;
        }
    }

    private void build() throws Exception {
        for (String router : ROUTERS) {
            run("ip netns add " + namespace(router));
            sh(
                    router,
                    "echo 1 > /proc/sys/net/ipv4/ip_forward;"
                            + " echo 1 > /proc/sys/net/ipv6/conf/all/forwarding;"
                            + " echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad;"
                            + " echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter;"
                            + " echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter;"
                            + " ip link set lo up; ip addr add "
                            + address(router)
                            + "/32 dev lo");
        }
        for (String link : LINKS) {
            String a = "r" + link.charAt(0);
            String b = "r" + link.charAt(1);
            run(
                    "ip link add %s netns %s type veth peer name %s netns %s"
                            .formatted(device(a, b), namespace(a), device(b, a), namespace(b)));
            for (List<String> end : List.of(List.of(a, b), List.of(b, a))) {
                String device = device(end.get(0), end.get(1));
                sh(
                        end.get(0),
                        "ip link set %s up; ip addr add %s/32 dev %s"
                                .formatted(device, address(end.get(0)), device));
            }
        }
    }

    String namespace(String router) {
        return prefix + router;
    }

    /** The interface of {@code router} towards {@code other}. */
    static String device(String router, String other) {
        return "to-" + other;
    }

    static String address(String router) {
        return "10.207.0." + router.charAt(1);
    }

    void babeld() throws IOException {
        for (String router : ROUTERS) babeld(router);
    }

    /** With its read-only interface on the port that the manuals use. */
    Process babeld(String router) throws IOException {
        var config =
                new StringBuilder(
                        """
                        skip-kernel-setup true
                        default type wired
                        default hello-interval 1
                        default update-interval 4
                        redistribute local ip 10.207.0.0/24 allow
                        redistribute local deny
                        redistribute deny
                        """);
        for (String other : ROUTERS) {
            if (!other.equals(router)) {
                config.append("interface ").append(device(router, other)).append('\n');
            }
        }
        Path file = directory.resolve(router + ".conf");
        Files.writeString(file, config);
        return daemon(
                router,
                "babeld",
                "-g",
                "33123",
                "-c",
                file.toString(),
                "-I",
                directory.resolve(router + ".pid").toString(),
                "-S",
                directory.resolve(router + ".state").toString());
    }

    /** With its admin interface on a port, for a socket's path would be the same in every namespace. */
    void yggdrasil() throws Exception {
        for (String router : ROUTERS) {
            String config = run("yggdrasil -genconf -json");
            config =
                    config.replaceFirst(
                                    "\"AdminListen\": \"[^\"]*\"",
                                    "\"AdminListen\": \"tcp://127.0.0.1:9001\"")
                            .replaceFirst("\"IfName\": \"[^\"]*\"", "\"IfName\": \"ygg0\"");
            Path file = directory.resolve(router + ".json");
            Files.writeString(file, config);
            daemon(router, "yggdrasil", "-useconffile", file.toString());
        }
    }

    private Process daemon(String router, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace(router)));
        command.addAll(List.of(words));
        Process daemon =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        directory.resolve(router + ".log").toFile()))
                        .start();
        daemons.add(daemon);
        return daemon;
    }

    /** Runs a shell line on one of the routers and gives what it printed. */
    String sh(String router, String line) throws Exception {
        return run(List.of("ip", "netns", "exec", namespace(router), "sh", "-ec", line));
    }

    boolean pings(String from, String to) throws Exception {
        return sh(from, "ping -n -q -c 1 -W 1 " + to + " || true").contains(" 1 received");
    }

    private static String run(String line) throws Exception {
        return run(List.of(line.split(" ")));
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) throw new IOException(command + ": " + said);
        return said;
    }

    @Override
    public void close() throws Exception {
        for (Process daemon : daemons) daemon.destroy();
        for (Process daemon : daemons) {
            if (!daemon.waitFor(3, TimeUnit.SECONDS)) daemon.destroyForcibly().waitFor();
        }
        for (String router : ROUTERS) {
            try {
                run("ip netns del " + namespace(router));
            } catch (IOException notThere) {
                // Building may have stopped before it.
            }
        }
    }
}
