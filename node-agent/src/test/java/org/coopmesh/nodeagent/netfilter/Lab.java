package org.coopmesh.nodeagent.netfilter;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;

/**
 * A router in its own network namespace, with a bridged LAN of two clients before it and a host of the Internet behind it.
 *
 * <pre>
 * clientA 10.201.1.10 fd42:201:1::10 ─┐
 *                                     br-lan router wan ── internet 198.51.100.1 2001:db8::1 (and 10.200.0.1, the portal)
 * clientB 10.201.2.10 fd42:201:2::10 ─┘
 * </pre>
 */
public final class Lab implements AutoCloseable {

    private static final long LABS_MAX = 1_000;
    private static final AtomicLong LABS = new AtomicLong();
    private static final int O_RDONLY = 0;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final MethodHandle OPEN =
            call(
                    "open",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle SETNS =
            call(
                    "setns",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private static final List<String> HOSTS = List.of("router", "clientA", "clientB", "internet");

    private final String prefix;

    private static MethodHandle call(String name, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
    }

    private Lab(String prefix) {
        this.prefix = prefix;
    }

    /** Builds the lab, or skips the test by name where that cannot be done. */
    public static Lab up() throws Exception {
        Assumptions.assumeTrue(possible(), NEEDS);
        var lab = new Lab("cma2-" + unique() + "-");
        try {
            lab.build();
            lab.awaitLinks();
            return lab;
        } catch (Exception e) {
            lab.close();
            throw e;
        }
    }

    /** A part of a name that no other lab of this machine has, eight characters at most: several test processes run at once. */
    public static String unique() {
        return Long.toString(
                ProcessHandle.current().pid() * LABS_MAX + LABS.getAndIncrement() % LABS_MAX, 36);
    }

    /** What a machine needs, for the classes that are skipped without it. */
    public static final String NEEDS = "needs Linux, root, ip, nft and ping";

    /** Whether this machine can have a lab. */
    public static boolean possible() {
        return System.getProperty("os.name").equals("Linux")
                && "root".equals(System.getProperty("user.name"))
                && List.of("ip", "nft", "ping").stream().allMatch(Lab::installed);
    }

    private static boolean installed(String tool) {
        return List.of("/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/").stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder + tool)));
    }

    private void build() throws Exception {
        String b = prefix;
        for (String host : HOSTS) {
            run(List.of("ip", "netns", "add", namespace(host)), "");
        }
        for (String ns : HOSTS) {
            sh(
                    ns,
                    "ip link set lo up; echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad;"
                            + " echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad;"
                            + " echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter;"
                            + " echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter;"
                            // Two attachments share one LAN here: without this they would soon
                            // bypass the router.
                            + " for c in all default; do echo 0 > /proc/sys/net/ipv4/conf/$c/send_redirects;"
                            + " echo 0 > /proc/sys/net/ipv4/conf/$c/accept_redirects; done");
        }
        sh(
                "router",
                "for f in /proc/sys/net/bridge/bridge-nf-call-ip*tables; do [ ! -e $f ] || echo 0 > $f; done; echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding;"
                        + "ip link add br-lan type bridge; ip link set br-lan up;"
                        + "ip link add lanA type veth peer name eth0 netns "
                        + b
                        + "clientA;"
                        + "ip link add lanB type veth peer name eth0 netns "
                        + b
                        + "clientB;"
                        + "ip link add wan type veth peer name eth0 netns "
                        + b
                        + "internet;"
                        + "ip link set lanA master br-lan up; ip link set lanB master br-lan up;"
                        + "ip link set wan up;"
                        + "ip addr add 10.201.1.1/24 dev br-lan; ip addr add 10.201.2.1/24 dev br-lan;"
                        + "ip addr add fd42:201:1::1/64 dev br-lan; ip addr add fd42:201:2::1/64 dev br-lan;"
                        + "ip addr add 198.51.100.254/24 dev wan; ip addr add 2001:db8::fe/64 dev wan;"
                        + "ip route add 10.200.0.1/32 via 198.51.100.1;"
                        + "ip route add 203.0.113.0/24 via 198.51.100.1");
        for (String side : List.of("A1", "B2")) {
            String n = side.substring(1);
            sh(
                    "client" + side.charAt(0),
                    "ip link set eth0 up; ip addr add 10.201."
                            + n
                            + ".10/24 dev eth0;"
                            + "ip addr add fd42:201:"
                            + n
                            + "::10/64 dev eth0;"
                            + "ip route add default via 10.201."
                            + n
                            + ".1;"
                            + "ip -6 route add default via fd42:201:"
                            + n
                            + "::1");
        }
        sh(
                "internet",
                "ip link set eth0 up; ip addr add 198.51.100.1/24 dev eth0; ip addr add 2001:db8::1/64 dev eth0;"
                        + "ip addr add 10.200.0.1/32 dev lo; ip addr add 203.0.113.7/32 dev lo;"
                        + "ip addr add 203.0.113.9/32 dev lo;"
                        + "ip route add default via 198.51.100.254; ip -6 route add default via 2001:db8::fe");
    }

    /**
     * The kernel tells a bridge of a cable's other end when it finds the time, up to a second later; what is sent before is
     * lost.
     */
    private void awaitLinks() throws Exception {
        for (String client : List.of("clientA", "clientB")) {
            for (String to : List.of("198.51.100.1", "2001:db8::1", "10.200.0.1", "203.0.113.7")) {
                if (!reaches(client, to)) throw new IOException(client + " never reached " + to);
            }
        }
        if (!reaches("clientA", "10.201.2.10")) throw new IOException("clients are apart");
    }

    /** The namespace's own name. */
    public String namespace(String host) {
        return prefix + host;
    }

    /** Runs a shell line on one of the hosts and gives what it printed. */
    public String sh(String host, String line) throws Exception {
        return run(List.of("ip", "netns", "exec", namespace(host), "sh", "-ec", line), "");
    }

    /** As {@link #sh}, without caring how it ends. */
    public String trySh(String host, String line) throws Exception {
        return sh(host, line + " || true");
    }

    private static String run(List<String> command, String input) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + said);
        }
        return said;
    }

    /** Runs in a thread of its own whose sockets and child processes belong to the host. */
    public <T> CompletableFuture<T> start(String host, Callable<T> action) {
        var result = new CompletableFuture<T>();
        Thread.ofPlatform()
                .daemon()
                .name(host)
                .start(() -> {
                    try {
                        enter(namespace(host));
                        result.complete(action.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }

    /** As {@link #start}, and waits. */
    public <T> T on(String host, Callable<T> action) throws Exception {
        try {
            return start(host, action).get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    private static void enter(String namespace) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom("/var/run/netns/" + namespace);
            int file = (int) OPEN.invokeExact(path, O_RDONLY);
            int result = (int) SETNS.invokeExact(file, CLONE_NEWNET);
            int ignored = (int) CLOSE.invokeExact(file);
            if (file < 0 || result != 0) {
                throw new IOException("cannot enter " + namespace);
            }
        }
    }

    /** Pings until the first answer: for what must come, however busy the machine is. */
    public boolean reaches(String from, String to) throws Exception {
        return trySh(from, "ping -n -q -c 1 -w 30 " + to).contains(" 1 received");
    }

    /** Pings once and says whether the answer came within a second: for what must not come. */
    public boolean pings(String from, String to) throws Exception {
        return trySh(from, "ping -n -q -c 1 -W 1 " + to).contains(" 1 received");
    }

    @Override
    public void close() {
        for (String ns : HOSTS) {
            try {
                run(List.of("ip", "netns", "del", namespace(ns)), "");
            } catch (Exception notThere) {
                // Building may have stopped before it.
            }
        }
    }
}
