package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Six real routers in network namespaces: a ring with one chord, babeld on every link, two gateways to a host that plays the
 * Internet, one link to the co-op's services, and clients on each router's LAN. Linux, root.
 *
 * <pre>
 *   internet ── n1 ── n2 ── n3
 *               │      │     │        services ── n1
 *               n6 ── n5 ── n4 ── internet
 * </pre>
 */
public final class Mesh implements AutoCloseable {
    /** What a machine needs, for the tests that are skipped without it. */
    public static final String NEEDS = "needs Linux, root, ip, nft, babeld and ping";

    /** The routers, in order around the ring. */
    public static final List<String> ROUTERS = List.of("n1", "n2", "n3", "n4", "n5", "n6");

    /** The routers with an uplink of their own. */
    public static final List<String> GATEWAYS = List.of("n1", "n4");

    /** The host beyond the gateways. */
    public static final String INTERNET = "internet";

    private static final List<List<String>> LINKS =
            List.of(
                    List.of("n1", "n2"),
                    List.of("n2", "n3"),
                    List.of("n3", "n4"),
                    List.of("n4", "n5"),
                    List.of("n5", "n6"),
                    List.of("n6", "n1"),
                    List.of("n2", "n5"));

    private final Installation at;
    private final List<Process> daemons = new ArrayList<>();
    private final Map<String, String> clients = new LinkedHashMap<>();

    private Mesh(Installation at) {
        this.at = at;
    }

    /** True where this machine lets us: Linux, root, and the tools are there. */
    public static boolean possible() {
        return System.getProperty("os.name", "").equals("Linux")
                && "root".equals(System.getProperty("user.name"))
                && List.of("ip", "nft", "babeld", "ping").stream()
                        .allMatch(tool -> Shell.succeeds(List.of("which", tool)));
    }

    /** Builds routers and links anew; what an earlier run of this installation left is removed first. */
    static Mesh build(Installation at) {
        var mesh = new Mesh(at);
        mesh.remove();
        mesh.routers();
        mesh.internet();
        mesh.services();
        for (String router : ROUTERS) {
            mesh.startBabeld(router);
        }
        return mesh;
    }

    /** The routers next to {@code router}, by the interface that leads there. */
    public static Map<String, String> links(String router) {
        var links = new LinkedHashMap<String, String>();
        for (List<String> link : LINKS) {
            int here = link.indexOf(router);
            if (here >= 0) {
                String other = link.get(1 - here);
                links.put(router + other, other);
            }
        }
        return links;
    }

    /** The clients made so far and their IPv4 addresses. */
    public Map<String, String> clients() {
        return Map.copyOf(clients);
    }

    private void routers() {
        var commands = new StringBuilder();
        for (String router : ROUTERS) {
            commands.append("netns add ").append(at.namespace(router)).append('\n');
        }
        commands.append("netns add ").append(at.namespace(INTERNET)).append('\n');
        ip(commands.toString());
        for (String router : ROUTERS) {
            forward(router);
            inside(
                    router,
                    """
                    link set lo up
                    addr add %s/32 dev lo
                    link add br-lan type bridge
                    link set br-lan up
                    """
                            .formatted(routerAddress(router)));
        }
        for (List<String> link : LINKS) {
            link(link.get(0), link.get(1));
        }
    }

    private void link(String a, String b) {
        String ab = a + b;
        String ba = b + a;
        ip(
                "link add %s netns %s type veth peer name %s netns %s\n"
                        .formatted(ab, at.namespace(a), ba, at.namespace(b)));
        inside(a, "link set %s up\naddr add %s/32 dev %s\n".formatted(ab, routerAddress(a), ab));
        inside(b, "link set %s up\naddr add %s/32 dev %s\n".formatted(ba, routerAddress(b), ba));
    }

    private void internet() {
        inside(
                INTERNET,
                """
                link set lo up
                link add br0 type bridge
                link set br0 up
                addr add %s/24 dev br0
                addr add 2001:db8:51::10/64 dev br0 nodad
                """
                        .formatted(at.internetAddress()));
        for (String gateway : GATEWAYS) {
            String outer = "to-" + gateway;
            int n = number(gateway);
            ip(
                    "link add wan0 netns %s type veth peer name %s netns %s\n"
                            .formatted(at.namespace(gateway), outer, at.namespace(INTERNET)));
            inside(INTERNET, "link set %s master br0\nlink set %s up\n".formatted(outer, outer));
            inside(
                    gateway,
                    """
                    link set wan0 up
                    addr add 198.51.100.%d/24 dev wan0
                    route add default via %s dev wan0 proto static
                    """
                            .formatted(n, at.internetAddress()));
            // The gateway's own address translation, beside the agent's table and none of its
            // business
            nft(
                    gateway,
                    """
                    table ip uplink {
                        chain out { type nat hook postrouting priority srcnat; oifname "wan0" masquerade; }
                    }
                    """);
        }
    }

    /** One link from the machine itself, where the services run, into the first router. */
    private void services() {
        String outer = at.prefix() + "-core";
        ip(
                "link add %s type veth peer name core0 netns %s\n"
                                .formatted(outer, at.namespace("n1"))
                        + "addr add %s/30 dev %s\n".formatted(at.coreAddress(), outer)
                        + "link set %s up\n".formatted(outer));
        inside(
                "n1",
                """
                addr add %s/30 dev core0
                link set core0 up
                route add %s/32 dev core0 proto static
                """
                        .formatted(at.coreAddressOfMesh(), at.coreAddress()));
        ip(
                "route add 10.%d.0.0/16 via %s dev %s\n"
                                .formatted(at.poolOctet(), at.coreAddressOfMesh(), outer)
                        + "route add %s via %s dev %s\n"
                                .formatted(routerNet(), at.coreAddressOfMesh(), outer));
    }

    /** Gives {@code router} its LAN, once the co-op has told which addresses are its own. */
    void attach(String router, String routerV4, String routerV6, int prefixV4, int prefixV6) {
        inside(
                router,
                """
                addr replace %s/%d dev br-lan
                addr replace %s/%d dev br-lan nodad
                """
                        .formatted(routerV4, prefixV4, routerV6, prefixV6));
    }

    /** Puts a client on the router's LAN; its last octet tells it from others. */
    void client(String name, String router, String routerV4, String routerV6, int lastOctet) {
        String addressV4 = routerV4.substring(0, routerV4.lastIndexOf('.') + 1) + lastOctet;
        String addressV6 = routerV6.substring(0, routerV6.lastIndexOf(':') + 1) + lastOctet;
        if (Files.exists(Path.of("/run/netns", at.namespace(name)))) {
            clients.put(name, addressV4);
            return;
        }
        ip(
                "netns add %s\nlink add eth0 netns %s type veth peer name %s netns %s\n"
                        .formatted(
                                at.namespace(name),
                                at.namespace(name),
                                "lan-" + name,
                                at.namespace(router)));
        inside(router, "link set lan-%s master br-lan\nlink set lan-%s up\n".formatted(name, name));
        inside(
                name,
                """
                link set lo up
                link set eth0 up
                addr add %s/24 dev eth0
                addr add %s/64 dev eth0 nodad
                route add default via %s
                route add ::/0 via %s
                """
                        .formatted(addressV4, addressV6, routerV4, routerV6));
        clients.put(name, addressV4);
    }

    private void forward(String router) {
        inNamespace(
                router,
                List.of(
                        "sh",
                        "-c",
                        "echo 1 >/proc/sys/net/ipv4/ip_forward;"
                                + "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding;"
                                + "echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad;"
                                + "for i in all default; do echo 0 >/proc/sys/net/ipv4/conf/$i/rp_filter; done;"
                                // Where the machine sends bridged frames through the IP hooks they
                                // would count twice
                                + "for f in iptables ip6tables; do"
                                + " [ ! -w /proc/sys/net/bridge/bridge-nf-call-$f ] ||"
                                + " echo 0 >/proc/sys/net/bridge/bridge-nf-call-$f; done"));
    }

    private void startBabeld(String router) {
        var config = new StringBuilder();
        config.append("skip-kernel-setup true\n");
        config.append("default type wired\n");
        config.append("default hello-interval 1\n");
        config.append("default update-interval 4\n");
        for (List<String> link : LINKS) {
            if (link.get(0).equals(router)) {
                config.append("interface ").append(link.get(0)).append(link.get(1)).append('\n');
            } else if (link.get(1).equals(router)) {
                config.append("interface ").append(link.get(1)).append(link.get(0)).append('\n');
            }
        }
        config.append("redistribute local ip ").append(routerNet()).append(" allow\n");
        config.append("redistribute local deny\n");
        config.append("redistribute ip ").append(at.coreAddress()).append("/32 allow\n");
        config.append("redistribute if br-lan allow\n");
        config.append("redistribute ip 0.0.0.0/0 le 0 proto 4 allow\n");
        config.append("redistribute deny\n");
        try {
            Path directory = Files.createDirectories(at.state().resolve("mesh").resolve(router));
            Path file = directory.resolve("babeld.conf");
            Files.writeString(file, config.toString());
            Files.deleteIfExists(directory.resolve("babeld.pid"));
            daemons.add(
                    new ProcessBuilder(
                                    "ip",
                                    "netns",
                                    "exec",
                                    at.namespace(router),
                                    "babeld",
                                    "-c",
                                    file.toString(),
                                    "-I",
                                    directory.resolve("babeld.pid").toString(),
                                    "-S",
                                    directory.resolve("babel-state").toString(),
                                    // Read-only, where the agent looks for it
                                    "-g",
                                    "33123")
                            .redirectErrorStream(true)
                            .redirectOutput(at.logs().resolve("babeld-" + router + ".log").toFile())
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** True when {@code host} gets an answer from {@code address} within a second. */
    public boolean reaches(String host, String address) {
        return Shell.succeeds(
                List.of(
                        "ip",
                        "netns",
                        "exec",
                        at.namespace(host),
                        "ping",
                        "-c",
                        "1",
                        "-W",
                        "1",
                        "-n",
                        address));
    }

    /** Runs a command inside {@code host} and gives what it printed. */
    public String inNamespace(String host, List<String> command) {
        var whole = new ArrayList<>(List.of("ip", "netns", "exec", at.namespace(host)));
        whole.addAll(command);
        return Shell.run(whole);
    }

    private String routerAddress(String router) {
        return "10.200." + (100 + at.slot()) + "." + number(router);
    }

    private String routerNet() {
        return "10.200." + (100 + at.slot()) + ".0/24";
    }

    private static int number(String router) {
        return Integer.parseInt(router.substring(1));
    }

    private void nft(String host, String rules) {
        Shell.run(List.of("ip", "netns", "exec", at.namespace(host), "nft", "-f", "-"), rules);
    }

    private void inside(String host, String commands) {
        Shell.run(List.of("ip", "-n", at.namespace(host), "-batch", "-"), commands);
    }

    private static void ip(String commands) {
        Shell.run(List.of("ip", "-batch", "-"), commands);
    }

    /** Ends the daemons and removes every namespace of this installation, and nothing else. */
    @Override
    public void close() {
        for (Process daemon : daemons) {
            daemon.destroy();
        }
        for (Process daemon : daemons) {
            try {
                if (!daemon.waitFor(3, TimeUnit.SECONDS)) {
                    daemon.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        remove();
    }

    private void remove() {
        for (String line : Shell.run(List.of("ip", "netns", "list")).lines().toList()) {
            String name = line.split(" ")[0];
            if (name.startsWith(at.prefix() + "-")) {
                for (String pid :
                        Shell.run(List.of("ip", "netns", "pids", name)).lines().toList()) {
                    if (Long.parseLong(pid.strip()) != ProcessHandle.current().pid()) {
                        ProcessHandle.of(Long.parseLong(pid.strip()))
                                .ifPresent(ProcessHandle::destroy);
                    }
                }
                Shell.run(List.of("ip", "netns", "delete", name));
            }
        }
        Shell.succeeds(List.of("ip", "link", "delete", at.prefix() + "-core"));
    }
}
