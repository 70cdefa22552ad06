package org.coopmesh.abuse.transparency;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.transparency.Entries.Published;
import org.coopmesh.abuse.transparency.Witnesses.Cosigned;
import org.coopmesh.abuse.transparency.Witnesses.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes in what nodes say of the log, and tells how many have seen it. Nobody's word counts before its signature is right. */
@Service
class Testimony {
    /** SubjectPublicKeyInfo of an Ed25519 key, up to the key itself. */
    private static final byte[] ED25519_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final Logger log = LoggerFactory.getLogger(Testimony.class);

    private final Witnesses witnesses;
    private final Entries entries;
    private final LogKeys keys;
    private final NodeCount nodes;

    Testimony(Witnesses witnesses, Entries entries, LogKeys keys, NodeCount nodes) {
        this.witnesses = witnesses;
        this.entries = entries;
        this.keys = keys;
        this.nodes = nodes;
    }

    /** The newest checkpoint, and how far it has come. */
    record Standing(Checkpoint newest, int seenBy, int nodes, int refusals) {}

    /**
     * A node cosigned a checkpoint. One that is not the log's own of that size, though its key signed it, is a fork, and kept as such.
     *
     * @throws IllegalArgumentException if key, signature or checkpoint is not what it says
     */
    @Transactional
    public void cosigned(
            UUID event, String node, String checkpoint, String line, byte[] info, Instant at) {
        if (info.length != ED25519_HEAD.length + Hash.LENGTH
                || !Arrays.equals(ED25519_HEAD, Arrays.copyOf(info, ED25519_HEAD.length))
                || !Hash.sha256(info).hex().equals(node)) {
            throw new IllegalArgumentException("public_key: not that of the node");
        }
        byte[] raw = Arrays.copyOfRange(info, ED25519_HEAD.length, info.length);
        NoteKey witness = NoteKey.of("node/" + node, NoteKey.COSIGNATURE, raw);
        SignedNote note = signed(checkpoint);
        SignedNote word = SignedNote.parse(note.text() + "\n" + line + "\n");
        if (word.cosignedBy(witness).isEmpty()) {
            throw new IllegalArgumentException("cosignature: not by the node");
        }
        Checkpoint seen = Checkpoint.parse(note.text());
        if (entries.checkpoint(seen.size())
                .map(Published::root)
                .filter(seen.root()::equals)
                .isEmpty()) {
            refuse(event, new Refusal(node, "forked", checkpoint, "", at));
            return;
        }
        witnesses.keep(new Cosigned(node, seen.size(), witness, line, at), raw);
    }

    /** A node refused a checkpoint. */
    @Transactional
    public void refused(UUID event, Refusal refusal) {
        refuse(event, refusal);
    }

    private void refuse(UUID event, Refusal refusal) {
        witnesses.refused(event, refusal);
        log.atError()
                .addKeyValue("nodeId", refusal.node())
                .addKeyValue("why", refusal.why())
                .log("a witness refused the log");
    }

    private SignedNote signed(String checkpoint) {
        SignedNote note = SignedNote.parse(checkpoint);
        if (keys.all().stream().noneMatch(key -> note.isSignedBy(key.verifier()))) {
            throw new IllegalArgumentException("checkpoint: signed by no key of the log");
        }
        return note;
    }

    @Transactional(readOnly = true)
    public Optional<Standing> standing() {
        return entries.newest()
                .map(newest ->
                        new Standing(
                                new Checkpoint(
                                        keys.all().getLast().verifier().name(),
                                        newest.size(),
                                        newest.root()),
                                witnesses.seen(newest.size()),
                                nodes.inService(),
                                witnesses.refusals()));
    }

    @Transactional(readOnly = true)
    public List<Cosigned> words(int limit) {
        return witnesses.words(limit);
    }

    @Transactional(readOnly = true)
    public List<Refusal> refusals(int limit) {
        return witnesses.refusals(limit);
    }
}
