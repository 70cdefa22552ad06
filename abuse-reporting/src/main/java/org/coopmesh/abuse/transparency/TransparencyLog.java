package org.coopmesh.abuse.transparency;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.transparency.Entries.Opening;
import org.coopmesh.abuse.transparency.Entries.Published;
import org.coopmesh.abuse.transparency.Entries.Waiting;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.coopmesh.abuse.transparency.LogKeys.Key;
import org.coopmesh.eventbus.Outbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Takes facts into the public log and proves what is in it. A fact waits in the transaction that made it true; one appender
 * gives it a place and publishes the size and root of the tree from then on.
 */
@Service
@EnableConfigurationProperties(TransparencySettings.class)
public class TransparencyLog {
    /** Entries of one tile or bundle, and hashes of one tile (C2SP tlog-tiles). */
    static final int TILE_WIDTH = 256;

    static final int TILE_LEVEL_MAX = 7;
    static final int TILE_HEIGHT = 8;
    private static final int BATCH = 1_000;
    private static final int SALT_LENGTH = 32;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Logger log = LoggerFactory.getLogger(TransparencyLog.class);

    private final Entries entries;
    private final LogKeys keys;
    private final Outbox outbox;
    private final TransparencySettings settings;
    private final Clock clock;

    TransparencyLog(
            Entries entries,
            LogKeys keys,
            Outbox outbox,
            TransparencySettings settings,
            Clock clock) {
        this.entries = entries;
        this.keys = keys;
        this.outbox = outbox;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * States {@code fact} in the caller's transaction. A kind and id that are stated already change nothing.
     *
     * @throws IllegalStateException without a transaction: an entry must not outlive a rollback
     */
    public void append(LogFact fact) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("a fact is logged in its transaction: " + fact.kind());
        }
        Instant now = now();
        LocalDate day = now.atOffset(ZoneOffset.UTC).toLocalDate();
        byte[] salt = new byte[SALT_LENGTH];
        RANDOM.nextBytes(salt);
        String sealed = EntryText.sealed(fact);
        byte[] entry = EntryText.of(fact, day, EntryText.commitment(salt, sealed));
        entries.add(fact, day, entry, salt, sealed, now);
    }

    /**
     * Gives facts that wait their places, at most 1,000 at once, and publishes the new size. Replicas take turns.
     *
     * @return how many got a place
     */
    @Scheduled(fixedDelayString = "${coopmesh.transparency.check-interval:PT1S}")
    @Transactional
    public int sequence() {
        entries.lockAppender();
        Instant now = now();
        Optional<Published> before = entries.newest();
        if (before.isEmpty()) {
            keys.makeFirst(settings.name(), now);
            entries.addCheckpoint(0, Tree.EMPTY, now);
        }
        long size = before.map(Published::size).orElse(0L);
        List<Waiting> facts = entries.waiting(BATCH);
        if (facts.isEmpty()) {
            return 0;
        }
        List<Hash> leaves = facts.stream().map(fact -> Tree.leaf(fact.entry())).toList();
        entries.place(size, facts);
        entries.addNodes(Tree.grown(size, leaves, entries::node));
        long grown = size + facts.size();
        Hash root = Tree.root(grown, entries::node);
        entries.addCheckpoint(grown, root, now);
        SignedNote checkpoint = signed(new Published(grown, root, now));
        List<String> signers =
                keys.all().stream()
                        .filter(key -> key.signs(now))
                        .map(key -> key.verifier().text())
                        .toList();
        outbox.add(
                LogEvents.TOPIC,
                LogEvents.KEY,
                LogEvents.grown(size, leaves, checkpoint, signers, now));
        log.atInfo().addKeyValue("size", grown).log("log grown");
        return facts.size();
    }

    /** The newest checkpoint; empty before the first was made. */
    @Transactional(readOnly = true)
    Optional<SignedNote> checkpoint() {
        return entries.newest().map(this::signed);
    }

    /** A checkpoint that was published; empty for a size that never was. */
    @Transactional(readOnly = true)
    Optional<SignedNote> checkpoint(long size) {
        return entries.checkpoint(size).map(this::signed);
    }

    private SignedNote signed(Published published) {
        List<Key> all = keys.all();
        String origin = all.getLast().verifier().name();
        String text = new Checkpoint(origin, published.size(), published.root()).text();
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        Instant now = now();
        return new SignedNote(
                text,
                all.stream().filter(key -> key.signs(now)).map(key -> key.sign(message)).toList());
    }

    /** Every key there was, newest first. */
    List<Key> keys() {
        return keys.all();
    }

    /**
     * Has another key sign. The one before signs beside it for the overlap, and the log itself says which is next.
     *
     * @return the new verifier key
     * @throws KeyStepRefused while another replacement overlaps
     */
    @Transactional
    public String rotate(UUID by, String reason) {
        Instant now = now();
        keys.makeFirst(settings.name(), now);
        if (keys.all().stream().filter(key -> key.signs(now)).count() > 1) {
            throw new KeyStepRefused();
        }
        String name = keys.all().getLast().verifier().name();
        NoteKey next = keys.replace(name, now, now.plus(settings.keyOverlap()), by, reason);
        append(
                new LogFact(
                        Kind.KEY_ANNOUNCED,
                        HexFormat.of().formatHex(next.id()),
                        Map.of("key", next.text()),
                        Map.of()));
        log.atInfo().log("log key replaced");
        return next.text();
    }

    /**
     * {@code width} hashes of a tile.
     *
     * @return empty where the log is not that large yet
     */
    @Transactional(readOnly = true)
    Optional<List<Hash>> tile(int level, long index, int width) {
        int nodeLevel = level * TILE_HEIGHT;
        if (!reaches(size() >> nodeLevel, index, width)) {
            return Optional.empty();
        }
        return Optional.of(entries.nodes(nodeLevel, index * TILE_WIDTH, width));
    }

    /** The entries of a bundle; empty where the log is not that large yet. */
    @Transactional(readOnly = true)
    Optional<List<byte[]>> bundle(long index, int width) {
        if (!reaches(size(), index, width)) {
            return Optional.empty();
        }
        return Optional.of(entries.entries(index * TILE_WIDTH, width));
    }

    /** @throws IllegalArgumentException unless there is such an entry in a log of this size, and the log has that size */
    @Transactional(readOnly = true)
    List<Hash> inclusion(long index, long size) {
        refuseFuture("size", size);
        return Tree.inclusion(index, size, entries::node);
    }

    /** @throws IllegalArgumentException unless 0 ≤ from ≤ to ≤ the size of the log */
    @Transactional(readOnly = true)
    List<Hash> consistency(long from, long to) {
        refuseFuture("to", to);
        return Tree.consistency(from, to, entries::node);
    }

    /** What an entry commits to, for who knows the id of its fact; empty until it has its place. */
    @Transactional(readOnly = true)
    Optional<Opening> opening(String kind, String fact) {
        return entries.opening(kind, fact);
    }

    private void refuseFuture(String field, long size) {
        if (size > size()) {
            throw new IllegalArgumentException(
                    field + ": the log has " + size() + " entries, not " + size + " yet");
        }
    }

    private static boolean reaches(long there, long index, int width) {
        return index <= Long.MAX_VALUE / TILE_WIDTH - 1 && index * TILE_WIDTH + width <= there;
    }

    private long size() {
        return entries.newest().map(Published::size).orElse(0L);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
