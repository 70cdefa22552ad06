package org.coopmesh.nodeagent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.coopmesh.nodeagent.access.ListInspection;
import org.coopmesh.nodeagent.identity.IdentityDamaged;
import org.coopmesh.nodeagent.identity.NodeIdentity;
import org.coopmesh.nodeagent.report.ChainCheck;
import org.coopmesh.nodeagent.spool.SpoolInspection;

/**
 * Checks what is on disk without a server and without changing it: keys and the certificate's signature, the access list with
 * its signatures, every window of the spool and the chain of their reports. Reports carry no signature while they wait: they
 * are signed as they leave.
 */
final class Verification {
    private final AgentConfig config;
    private final Instant now;
    private final StringBuilder text = new StringBuilder();
    private final List<String> damage = new ArrayList<>();

    private Verification(AgentConfig config, Instant now) {
        this.config = config;
        this.now = now;
    }

    /**
     * What was found.
     *
     * @param damage a line each; empty where all is in order
     */
    record Result(String text, List<String> damage) {}

    static Result of(AgentConfig config, Instant now) throws IOException {
        Verification verification = new Verification(config, now);
        Optional<NodeIdentity> identity = verification.identity();
        if (identity.isPresent()) verification.list(identity.get());
        verification.spool(identity);
        return new Result(verification.text.toString(), List.copyOf(verification.damage));
    }

    private Optional<NodeIdentity> identity() throws IOException {
        Optional<NodeIdentity> found;
        try {
            found = NodeIdentity.read(config.identityDir());
        } catch (IdentityDamaged damaged) {
            wrong("identity", String.valueOf(damaged.getMessage()));
            return Optional.empty();
        }
        if (found.isEmpty()) {
            if (Files.exists(config.identityDir().resolve("enrolled"))) {
                wrong("identity", "the certificate does not belong to the keys, or is damaged");
            } else {
                say("identity", "not enrolled yet");
            }
            return found;
        }
        NodeIdentity identity = found.get();
        Instant until = identity.certificate().getNotAfter().toInstant();
        say("node", identity.nodeId());
        say(
                "certificate",
                "signed by the authority of "
                        + identity.coopName()
                        + ", until "
                        + ConsoleText.at(until)
                        + (now.isAfter(until) ? ": run out" : ""));
        if (!identity.isOf(config.caFingerprint())) {
            wrong("certificate", "of another authority than ca-fingerprint names");
        }
        return found;
    }

    private void list(NodeIdentity identity) throws IOException {
        ListInspection list = ListInspection.of(config.accessDir(), identity.listKeys());
        if (list.version() == 0 && list.damage().isEmpty()) {
            say("access list", "none yet");
            return;
        }
        say(
                "access list",
                "version "
                        + list.version()
                        + ", "
                        + list.entries()
                        + " entries, signature and hash fit"
                        + list.notAfter()
                                .map(end -> ", counts until " + ConsoleText.at(end))
                                .orElse(""));
        if (!list.damage().isEmpty()) wrong("access list", list.damage());
    }

    private void spool(Optional<NodeIdentity> identity) throws IOException {
        Path directory = config.spoolDir();
        if (!Files.isDirectory(directory)) {
            say("spool", "none yet");
            return;
        }
        ChainCheck chain = new ChainCheck(identity.map(NodeIdentity::nodeId));
        List<Instant> ends = new ArrayList<>();
        SpoolInspection spool =
                SpoolInspection.of(
                        directory,
                        window -> {
                            if (ends.isEmpty()) ends.add(window.startedAt());
                            if (ends.size() > 1) ends.removeLast();
                            ends.add(window.endedAt());
                            chain.next(window.index(), window.report());
                        });
        say(
                "spool",
                spool.windows()
                        + " windows, "
                        + spool.waiting()
                        + " waiting, "
                        + ConsoleText.bytes(spool.bytes())
                        + (ends.isEmpty()
                                ? ""
                                : ", "
                                        + ConsoleText.at(ends.getFirst())
                                        + " to "
                                        + ConsoleText.at(ends.getLast())));
        say("chain", chain.links() + " links fit, " + chain.boots() + " boots");
        if (spool.untold() > 0) say("gaps", spool.untold() + " wait to be told");
        if (spool.damagedBytes() > 0) {
            wrong("spool", spool.damagedBytes() + " bytes belong to no undamaged window");
        }
        if (spool.missing() > 0) wrong("spool", spool.missing() + " windows are missing");
        if (!spool.stateReadable()) wrong("spool", "its state file is damaged");
        for (String broken : chain.broken()) wrong("chain", broken);
    }

    private void say(String label, String line) {
        text.append(ConsoleText.line(label, line));
    }

    private void wrong(String label, String line) {
        damage.add(label + ": " + line);
    }
}
