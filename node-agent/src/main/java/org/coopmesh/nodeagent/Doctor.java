package org.coopmesh.nodeagent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.coopmesh.nodeagent.identity.IdentityDamaged;
import org.coopmesh.nodeagent.identity.NodeIdentity;
import org.coopmesh.nodeagent.identity.NodePort;
import org.coopmesh.nodeagent.portblock.BlockRules;

/** Looks for what this machine lacks to be a node. Changes nothing that outlives it. */
final class Doctor {
    private static final Duration REACH_PATIENCE = Duration.ofSeconds(5);
    private static final int COMMAND_SECONDS = 10;
    private static final int CAP_NET_ADMIN = 12;
    private static final long SPARE_BYTES_LEAST = 8L << 20;
    private static final int OUTPUT_CHARACTERS_MAX = 200;
    private static final Duration CERTIFICATE_SOON = Duration.ofDays(14);
    private static final String STRUCTURE = "netfilter/mesh.nft";
    private static final String QUEUES =
            """
            tc qdisc add dev lo root handle c0de: htb default 10
            tc class add dev lo parent c0de: classid c0de:10 htb rate 64kbit
            ip link add coopmesh-down type ifb
            tc qdisc add dev lo clsact
            tc filter add dev lo egress protocol all u32 match u32 0 0 action mirred egress redirect dev coopmesh-down
            """;
    private static final List<String> BRIDGE_CALLS =
            List.of("bridge-nf-call-iptables", "bridge-nf-call-ip6tables");

    private final AgentConfig config;
    private final Path proc;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    /** How grave it is. */
    enum Level {
        OK,
        BEWARE,
        MISSING
    }

    /** One line. */
    record Finding(Level level, String what, String text) {}

    private Doctor(AgentConfig config, Path proc, Instant now) {
        this.config = config;
        this.proc = proc;
        this.now = now;
    }

    /**
     * Looks at everything.
     *
     * @param proc where the kernel tells of itself
     */
    static List<Finding> examine(AgentConfig config, Path proc, Instant now)
            throws InterruptedException {
        Doctor doctor = new Doctor(config, proc, now);
        boolean kernel = config.firewall() == AgentConfig.FirewallKind.NFTABLES;
        if (kernel) {
            doctor.rights();
            doctor.kernel();
            doctor.bridges();
            doctor.forwarding();
            doctor.portBlocks();
            doctor.queues();
        }
        doctor.command("ip", "-V", "links and clients are not seen: install iproute2");
        doctor.disk();
        Optional<NodeIdentity> identity = doctor.certificate();
        doctor.clock(identity);
        doctor.reach("membership", config.membership(), identity);
        doctor.reach("billing", config.billing(), identity);
        return List.copyOf(doctor.findings);
    }

    private void rights() {
        try {
            String mask =
                    Files.readAllLines(proc.resolve("self/status")).stream()
                            .filter(line -> line.startsWith("CapEff:"))
                            .map(line -> line.substring(7).strip())
                            .findFirst()
                            .orElse("0");
            boolean has = (Long.parseUnsignedLong(mask, 16) >> CAP_NET_ADMIN & 1) == 1;
            if (has) {
                ok("rights", "CAP_NET_ADMIN");
            } else {
                missing("rights", "CAP_NET_ADMIN: run as root, or by the service");
            }
        } catch (IOException | NumberFormatException unreadable) {
            beware("rights", "not known: " + unreadable.getMessage());
        }
    }

    /** Makes the agent's own table in a network namespace that is gone a moment later. */
    private void kernel() throws InterruptedException {
        if (!command("nft", "--version", "nothing can be enforced or counted: install nftables")) {
            return;
        }
        String structure;
        try (InputStream in = Doctor.class.getResourceAsStream(STRUCTURE)) {
            if (in == null) return;
            structure =
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .replace("$table", "coopmesh_doctor")
                            .replace("$marker", "structure");
        } catch (IOException unreadable) {
            return;
        }
        Run own = run(structure, "unshare", "--net", "nft", "-f", "-");
        if (own.exit() == 0) {
            ok("kernel", "takes every set, map, counter and limit that the agent needs");
        } else if (own.text().contains("unshare")) {
            beware("kernel", "not tried, this needs root: " + own.text());
        } else {
            missing("kernel", "does not take the agent's table: " + own.text());
        }
    }

    /** As {@link #kernel}: tried where nobody sees it. */
    private void portBlocks() throws InterruptedException {
        if (config.portBlocks().isEmpty()) return;
        String rules =
                BlockRules.part(config.portBlocks().get(), config.uplink().orElseThrow())
                        .text()
                        .replace("$table", "coopmesh_doctor");
        Run made = run(rules, "unshare", "--net", "nft", "-f", "-");
        if (made.exit() == 0) {
            ok("port blocks", "this kernel translates addresses by blocks of ports");
        } else {
            missing("port blocks", "this kernel does not take their rules: " + made.text());
        }
    }

    private void queues() throws InterruptedException {
        if (config.sharing().isEmpty()) return;
        if (!command("tc", "-V", "lines are not shared: install iproute2 with tc")) return;
        Run queues = run(QUEUES, "unshare", "--net", "sh", "-e");
        if (queues.exit() != 0) {
            missing("queues", "this kernel has not what sharing needs: " + queues.text());
            return;
        }
        ok("queues", "HTB, and ifb with redirection for the way down");
        Run fair = run("tc qdisc add dev lo root fq_codel", "unshare", "--net", "sh", "-e");
        if (fair.exit() != 0) {
            beware("queues", "no fq_codel: connections of one household wait for each other");
        }
    }

    private void bridges() {
        boolean any = false;
        for (String name : BRIDGE_CALLS) {
            if (!figure("sys/net/bridge/" + name).equals(Optional.of(1L))) continue;
            any = true;
            beware(
                    "bridge",
                    "frames that only cross a bridge are counted and banned: sysctl -w net.bridge."
                            + name
                            + "=0");
        }
        if (!any) ok("bridge", "bridged frames are left alone");
    }

    private void forwarding() {
        if (figure("sys/net/ipv4/ip_forward").equals(Optional.of(0L))) {
            beware("forwarding", "off: net.ipv4.ip_forward=0, this machine routes for nobody");
        }
        if (!Files.exists(proc.resolve("sys/net/ipv6"))) {
            beware("IPv6", "this kernel has none; IPv4 alone works");
        }
    }

    private void disk() {
        Path there = config.stateDir().toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) there = there.getParent();
        try {
            if (isReadOnly(there)) {
                missing("disk", config.stateDir() + " is read-only: nothing can be counted");
                return;
            }
            if (!Files.isWritable(there)) {
                missing("disk", config.stateDir() + " cannot be written by this account");
                return;
            }
            long free = there.toFile().getUsableSpace();
            long need = config.spoolBytesMax() - used(config.spoolDir()) + SPARE_BYTES_LEAST;
            String said =
                    ConsoleText.bytes(free)
                            + " free, "
                            + ConsoleText.bytes(need)
                            + " wanted for a full spool";
            if (free >= need) {
                ok("disk", said);
            } else {
                beware("disk", said + ": free some, or lower spool-bytes-max");
            }
        } catch (IOException unknown) {
            beware("disk", "not known: " + unknown.getMessage());
        }
    }

    private static boolean isReadOnly(Path there) {
        try {
            return Files.getFileStore(there).isReadOnly();
        } catch (IOException unmounted) {
            // Where nothing tells of mounts, writing will.
            return false;
        }
    }

    private static long used(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) return 0;
        try (var files = Files.list(directory)) {
            long bytes = 0;
            for (Path file : files.toList()) if (Files.exists(file)) bytes += Files.size(file);
            return bytes;
        }
    }

    private Optional<NodeIdentity> certificate() {
        try {
            Optional<NodeIdentity> known = NodeIdentity.read(config.identityDir());
            if (known.isEmpty()) {
                missing("certificate", "not enrolled: node-agent enrol");
                return known;
            }
            Instant until = known.get().certificate().getNotAfter().toInstant();
            if (now.isAfter(until)) {
                missing(
                        "certificate",
                        "run out at "
                                + ConsoleText.at(until)
                                + ": a new code from the dashboard, then node-agent enrol");
            } else if (!known.get().isOf(config.caFingerprint())) {
                missing("certificate", "of another authority than ca-fingerprint names");
            } else if (Duration.between(now, until).compareTo(CERTIFICATE_SOON) < 0) {
                beware("certificate", "only until " + ConsoleText.at(until) + ": was it renewed?");
            } else {
                ok("certificate", "until " + ConsoleText.at(until));
            }
            return known;
        } catch (IOException | IdentityDamaged damaged) {
            missing("certificate", String.valueOf(damaged.getMessage()));
            return Optional.empty();
        }
    }

    private void clock(Optional<NodeIdentity> identity) {
        Instant least =
                identity.map(known -> known.certificate().getNotBefore().toInstant())
                        .orElse(Instant.EPOCH);
        Optional<Instant> server = Optional.empty();
        try {
            server = StatusFile.read(config.statusFile()).map(Status::at);
        } catch (IOException unreadable) {
            // Then the certificate alone speaks.
        }
        Instant past = server.filter(at -> at.isAfter(least)).orElse(least);
        if (now.isBefore(past)) {
            missing(
                    "clock",
                    ConsoleText.at(now)
                            + " lies before "
                            + ConsoleText.at(past)
                            + ", when this node was already there: set it, or TLS fails");
        } else {
            ok("clock", ConsoleText.at(now));
        }
    }

    private void reach(String name, String target, Optional<NodeIdentity> identity) {
        Optional<String> trouble =
                NodePort.trouble(target, config.caFingerprint(), identity, REACH_PATIENCE);
        if (trouble.isPresent()) {
            missing(name, target + ": " + trouble.get());
        } else {
            ok(name, target + " answers and is our co-op's");
        }
    }

    private boolean command(String name, String argument, String without)
            throws InterruptedException {
        Run run = run("", name, argument);
        if (run.exit() == 0) {
            ok(name, run.text());
            return true;
        }
        missing(name, without);
        return false;
    }

    private record Run(int exit, String text) {}

    private static Run run(String input, String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var out = process.getOutputStream()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException early) {
                // It ended without reading; its exit code says why.
            }
            String text = new String(process.getInputStream().readNBytes(4096));
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Run(-1, "no answer");
            }
            String line = text.lines().findFirst().orElse("");
            return new Run(
                    process.exitValue(),
                    line.substring(0, Math.min(line.length(), OUTPUT_CHARACTERS_MAX)));
        } catch (IOException absent) {
            return new Run(-1, String.valueOf(absent.getMessage()));
        }
    }

    private Optional<Long> figure(String file) {
        try {
            return Optional.of(Long.parseLong(Files.readString(proc.resolve(file)).strip()));
        } catch (IOException | NumberFormatException absent) {
            return Optional.empty();
        }
    }

    private void ok(String what, String text) {
        findings.add(new Finding(Level.OK, what, text));
    }

    private void beware(String what, String text) {
        findings.add(new Finding(Level.BEWARE, what, text));
    }

    private void missing(String what, String text) {
        findings.add(new Finding(Level.MISSING, what, text));
    }
}
