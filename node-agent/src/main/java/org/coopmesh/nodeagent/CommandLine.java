package org.coopmesh.nodeagent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.coopmesh.nodeagent.access.ListInspection;
import org.coopmesh.nodeagent.identity.Enrolment;
import org.coopmesh.nodeagent.identity.EnrolmentRefused;
import org.coopmesh.nodeagent.identity.IdentityDamaged;
import org.coopmesh.nodeagent.identity.NodeIdentity;
import org.coopmesh.nodeagent.portblock.Epochs;
import org.coopmesh.nodeagent.portblock.Ipv4;
import org.coopmesh.nodeagent.portblock.PortBlocks;

/** What a person at the router asks for. No command needs the running agent, and none disturbs it. */
final class CommandLine {
    static final int FINE = 0;
    static final int TROUBLE = 1;
    static final int WRONG = 2;
    static final int REFUSED = 3;
    static final int DAMAGED = 4;

    /** A newer version was put in place: whoever supervises starts again. */
    static final int ANOTHER_VERSION = 75;

    static final String USAGE =
            """
            usage: node-agent [run] agent.conf           runs until it is told to end
                   node-agent status [agent.conf]        how the running agent is
                   node-agent enrol [agent.conf] [code]  joins the co-op; without a code it is read from standard input.
                                                         A whole invitation (coopmesh:enrol?…) also sets where to call
                   node-agent doctor [agent.conf]        what this machine lacks
                   node-agent verify [agent.conf]        checks what is on disk, without a server
                   node-agent who [agent.conf] <address> <port> [time]
                                                         whose a port of an outside address is, or was
                   node-agent rehearse kernel|simulated  plays an agent's life in a few seconds; for installers
            agent.conf: /etc/coopmesh/agent.conf unless named
            exit code: 0 fine, 1 something is wrong and told, 2 command or configuration wrong, 3 the co-op refused
                       this node or its key is damaged, 4 verify found damage, 75 start again: another version is in place\
            """;

    private static final Path CONFIG = Path.of("/etc/coopmesh/agent.conf");
    private static final Path PROC = Path.of("/proc");
    private static final Duration STALE_AFTER = Duration.ofMinutes(1);
    private static final String CONFIG_AT_FIRST = "state-dir: /var/lib/coopmesh\n";

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final InstantSource wall;

    CommandLine(InputStream in, PrintStream out, PrintStream err, InstantSource wall) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.wall = wall;
    }

    /** Whether this is a command for {@link #execute}. */
    static boolean knows(String command) {
        return List.of("status", "enrol", "doctor", "verify", "who", "rehearse").contains(command);
    }

    /** Does it, and gives the exit code. */
    int execute(String... arguments) throws InterruptedException {
        List<String> rest = new ArrayList<>(Arrays.asList(arguments).subList(1, arguments.length));
        String command = arguments[0];
        if (command.equals("rehearse")) return rehearse(rest);
        Optional<String> code = Optional.empty();
        if (command.equals("enrol")
                && !rest.isEmpty()
                && (AgentConfig.isCode(rest.getLast()) || Invitation.isOne(rest.getLast()))) {
            code = Optional.of(rest.removeLast());
        }
        List<String> asked = List.of();
        if (command.equals("who")) {
            int from = !rest.isEmpty() && Asked.isAddress(rest.getFirst()) ? 0 : 1;
            asked = List.copyOf(rest.subList(Math.min(from, rest.size()), rest.size()));
            rest = rest.subList(0, Math.min(from, rest.size()));
        }
        if (rest.size() > 1) {
            err.println(USAGE);
            return WRONG;
        }
        Path file = rest.isEmpty() ? CONFIG : Path.of(rest.getFirst());
        try {
            if (code.filter(Invitation::isOne).isPresent()) return enrol(file, code.get());
            AgentConfig config = AgentConfig.read(file);
            return switch (command) {
                case "status" -> status(config);
                case "enrol" -> enrol(file, config, code);
                case "doctor" -> doctor(config);
                case "who" -> who(config, asked);
                default -> verify(config);
            };
        } catch (ConfigWrong wrong) {
            err.println(file + ": " + wrong.getMessage());
            return WRONG;
        } catch (EnrolmentRefused | IdentityDamaged refused) {
            err.println(refused.getMessage());
            return REFUSED;
        } catch (IOException failed) {
            err.println(failed.getMessage());
            return TROUBLE;
        }
    }

    private int status(AgentConfig config) throws IOException {
        Optional<Status> found = StatusFile.read(config.statusFile());
        if (found.isEmpty()) {
            out.print(
                    ConsoleText.line(
                            "agent", "does not run, or never did: no " + config.statusFile()));
            return TROUBLE;
        }
        Status status = found.get();
        Instant now = wall.instant();
        Duration age = Duration.between(status.at(), now);
        boolean runs = age.abs().compareTo(STALE_AFTER) < 0;
        List<String> troubles = new ArrayList<>();
        if (!runs) troubles.add("the agent does not run, or does not get to say so");
        line(
                "agent",
                (runs ? "runs" : "was last heard " + ConsoleText.duration(age) + " ago")
                        + ", version "
                        + status.version()
                        + ", process "
                        + status.pid()
                        + ", for "
                        + ConsoleText.duration(Duration.between(status.startedAt(), status.at()))
                        + ", "
                        + ConsoleText.bytes(status.memoryBytes()));
        line("node", status.nodeId());
        line("co-op", status.coop());
        boolean over = now.isAfter(status.certificateUntil());
        line("certificate", "until " + ConsoleText.at(status.certificateUntil()));
        if (over) troubles.add("the certificate has run out: a new code, then node-agent enrol");
        line(
                "access list",
                status.listVersion() == 0
                        ? "none yet"
                        : "version "
                                + status.listVersion()
                                + status.listIssuedAt()
                                        .map(at ->
                                                ", made "
                                                        + ConsoleText.duration(
                                                                Duration.between(at, now))
                                                        + " ago")
                                        .orElse("")
                                + ", "
                                + status.listAttachments()
                                + " attachments"
                                + status.listNotAfter()
                                        .map(at -> ", counts until " + ConsoleText.at(at))
                                        .orElse(""));
        if (!status.listTrouble().isEmpty()) {
            troubles.add("the access list is not enforced: " + status.listTrouble());
        }
        if (status.listNotAfter().filter(now::isAfter).isPresent()) {
            troubles.add("the access list is over its end: its fail mode holds");
        }
        line(
                "spool",
                status.spoolWindows()
                        + " windows wait, "
                        + ConsoleText.bytes(status.spoolBytes())
                        + " of "
                        + ConsoleText.bytes(status.spoolBytesMax()));
        if (!status.countingTrouble().isEmpty()) {
            troubles.add("counting waits for the disk: " + status.countingTrouble());
        }
        line(
                "reports",
                status.acceptedUntil()
                                .map(at -> "billing has all up to " + ConsoleText.at(at))
                                .orElse("none accepted yet")
                        + ", "
                        + status.acceptedWindows()
                        + " windows since the start");
        if (!status.reportTrouble().isEmpty()) {
            troubles.add("the last report was not accepted: " + status.reportTrouble());
        }
        line("sources", joined(status.sources()));
        if (!status.shared().isEmpty()) {
            line("shared", joined(status.shared()));
            status.shared()
                    .forEach((line, trouble) -> {
                        if (!trouble.isEmpty()) troubles.add(line + " is not shared: " + trouble);
                    });
        }
        if (!status.portBlocks().isEmpty()) {
            line("port blocks", status.portBlocks());
            if (!status.portBlocksTrouble().isEmpty()) {
                troubles.add("ports do not say who: " + status.portBlocksTrouble());
            }
        }
        for (String trouble : troubles) line("trouble", trouble);
        return troubles.isEmpty() ? FINE : TROUBLE;
    }

    private static String joined(Map<String, String> troubles) {
        List<String> all = new ArrayList<>();
        troubles.forEach(
                (what, trouble) -> all.add(trouble.isEmpty() ? what : what + " (" + trouble + ")"));
        return all.isEmpty() ? "none" : String.join(", ", all);
    }

    /** Joins by an invitation; once that is done the configuration says what it said. */
    private int enrol(Path file, String text) throws IOException, EnrolmentRefused, ConfigWrong {
        Invitation invitation = Invitation.parse(text);
        boolean there = Files.exists(file);
        String conf = invitation.into(there ? Files.readString(file) : CONFIG_AT_FIRST);
        join(AgentConfig.read(file.toString(), conf), invitation.code());
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, conf);
        if (there) {
            Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(file));
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        line("configuration", file + " names the co-op now");
        return FINE;
    }

    private int enrol(Path file, AgentConfig config, Optional<String> given)
            throws IOException, EnrolmentRefused, ConfigWrong {
        Optional<NodeIdentity> known = NodeIdentity.read(config.identityDir());
        if (known.isPresent() && given.isEmpty()) {
            Instant until = known.get().certificate().getNotAfter().toInstant();
            if (wall.instant().isBefore(until)) {
                line("node", known.get().nodeId());
                line("certificate", "until " + ConsoleText.at(until) + "; enrolled already");
                return FINE;
            }
        }
        String code = given.orElse(config.enrolmentCode());
        if (code.isEmpty()) {
            out.print("enrolment code: ");
            out.flush();
            code = firstLine();
            if (Invitation.isOne(code)) return enrol(file, code);
        }
        if (!AgentConfig.isCode(code)) {
            err.println("a code has 26 characters of Crockford base 32, hyphens ignored");
            return WRONG;
        }
        join(config, code);
        return FINE;
    }

    private void join(AgentConfig config, String code) throws IOException, EnrolmentRefused {
        var enrolment =
                new Enrolment(
                        config.identityDir(),
                        config.membership(),
                        config.caFingerprint(),
                        NodeAgent.VERSION,
                        wall,
                        RandomGenerator.getDefault());
        NodeIdentity identity = enrolment.enrolOnce(code.replace("-", "").toUpperCase(Locale.ROOT));
        line("node", identity.nodeId());
        line("co-op", identity.coopName());
        line(
                "certificate",
                "until " + ConsoleText.at(identity.certificate().getNotAfter().toInstant()));
    }

    private String firstLine() throws IOException {
        var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
        String line = reader.readLine();
        if (line == null || line.length() > Invitation.CHARACTERS_MAX) return "";
        return line.strip();
    }

    private int doctor(AgentConfig config) throws InterruptedException {
        int exit = FINE;
        for (Doctor.Finding finding : Doctor.examine(config, PROC, wall.instant())) {
            String level = finding.level().name().toLowerCase(Locale.ROOT);
            out.printf("%-8s ", level);
            line(finding.what(), finding.text());
            if (finding.level() == Doctor.Level.MISSING) exit = TROUBLE;
        }
        return exit;
    }

    private int verify(AgentConfig config) throws IOException {
        Verification.Result result = Verification.of(config, wall.instant());
        out.print(result.text());
        result.damage().forEach(damage -> line("DAMAGE", damage));
        if (result.damage().isEmpty()) line("verified", "all that is on disk is in order");
        return result.damage().isEmpty() ? FINE : DAMAGED;
    }

    /** One port of one outside address at one moment. */
    private record Asked(Ipv4 address, int port, Instant at) {
        static boolean isAddress(String text) {
            return text.matches("[0-9.]+");
        }

        /** @throws IllegalArgumentException if that is not what {@code words} say */
        static Asked of(List<String> words, Instant now) {
            if (words.size() < 2 || words.size() > 3) {
                throw new IllegalArgumentException("who asks for an address, a port and a time");
            }
            if (!words.get(1).matches("[0-9]{1,5}") || Integer.parseInt(words.get(1)) > 65_535) {
                throw new IllegalArgumentException("a port is a number from 0 to 65535");
            }
            try {
                return new Asked(
                        Ipv4.parse(words.get(0)),
                        Integer.parseInt(words.get(1)),
                        words.size() == 3 ? Instant.parse(words.get(2)) : now);
            } catch (DateTimeParseException malformed) {
                throw new IllegalArgumentException("a time is as 2026-03-01T12:00:00Z", malformed);
            }
        }
    }

    private int who(AgentConfig config, List<String> words) throws IOException {
        Asked asked;
        try {
            asked = Asked.of(words, wall.instant());
        } catch (IllegalArgumentException malformed) {
            err.println(malformed.getMessage());
            return WRONG;
        }
        Optional<Epochs.Epoch> epoch = new Epochs(config.portBlocksFile()).at(asked.at());
        Optional<PortBlocks> blocks = epoch.flatMap(Epochs.Epoch::blocks);
        Optional<PortBlocks.Holder> holder =
                blocks.flatMap(known -> known.holder(asked.address(), asked.port()));
        line("asked", asked.address() + " port " + asked.port() + " at " + asked.at());
        epoch.ifPresent(known -> line("parameters", "since " + ConsoleText.at(known.since())));
        if (holder.isEmpty()) {
            line(
                    "holder",
                    blocks.isEmpty()
                            ? "not known: no address was shared by port blocks then"
                            : blocks.get().outside().contains(asked.address())
                                    ? "nobody: no block has this port"
                                    : "not known: not an outside address of this node then");
            return TROUBLE;
        }
        switch (holder.get()) {
            case PortBlocks.Holder.Gateway gateway ->
                    line("holder", "this node itself, or who is behind it and not of the pool");
            case PortBlocks.Holder.Slot slot -> {
                line("holder", slot.addresses() + ", block " + slot.number());
                line(
                        "attachment",
                        attachment(config, slot)
                                .map(id -> id + ", by the access list of now")
                                .orElse("none, by the access list of now"));
            }
        }
        return FINE;
    }

    private static Optional<String> attachment(AgentConfig config, PortBlocks.Holder.Slot slot)
            throws IOException {
        Optional<NodeIdentity> identity = NodeIdentity.read(config.identityDir());
        if (identity.isEmpty()) return Optional.empty();
        return ListInspection.attachmentOf(
                InetAddress.ofLiteral(slot.addresses().first().toString()),
                config.accessDir(),
                identity.get().listKeys());
    }

    private int rehearse(List<String> rest) throws InterruptedException {
        if (!rest.equals(List.of("kernel")) && !rest.equals(List.of("simulated"))) {
            err.println(USAGE);
            return WRONG;
        }
        try {
            List<String> missing = Rehearsal.play(rest.equals(List.of("kernel")));
            missing.forEach(what -> line("rehearsal", what));
            if (missing.isEmpty()) line("rehearsal", "an agent can live on this machine");
            return missing.isEmpty() ? FINE : TROUBLE;
        } catch (IOException | GeneralSecurityException | RuntimeException failed) {
            err.println("rehearsal: " + failed);
            return TROUBLE;
        }
    }

    private void line(String label, String text) {
        out.print(ConsoleText.line(label, text));
    }
}
