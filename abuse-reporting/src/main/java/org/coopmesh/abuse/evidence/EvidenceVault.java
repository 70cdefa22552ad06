package org.coopmesh.abuse.evidence;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.coopmesh.abuse.evidence.Shamir.Share;
import org.coopmesh.abuse.evidence.Vault.File;
import org.coopmesh.abuse.evidence.Vault.Held;
import org.coopmesh.abuse.evidence.Vault.Locked;
import org.coopmesh.abuse.evidence.VaultRefused.Why;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Keeps files so that the database alone tells nobody what is in them. Each file has a key of its own, split so that as many
 * moderators as its category wants give it back; each moderator's share is sealed to that moderator's key. Files that come
 * before there is any key wait in the clear and are sealed as soon as there is one.
 */
@Service
@EnableConfigurationProperties(VaultSettings.class)
public class EvidenceVault {
    private static final int BATCH = 50;
    private static final Logger log = LoggerFactory.getLogger(EvidenceVault.class);

    private final Vault vault;
    private final VaultSettings settings;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    /** By key; none is kept longer than it lasts. */
    private final Map<UUID, Seal.Agreement> agreements = new ConcurrentHashMap<>();

    EvidenceVault(
            Vault vault, VaultSettings settings, ApplicationEventPublisher events, Clock clock) {
        this.vault = vault;
        this.settings = settings;
        this.events = events;
        this.clock = clock;
    }

    /** Somebody opened a file, consented to it, or was refused; {@code what} says which. */
    public record Reading(UUID moderator, String what, String reason, Instant at) {}

    /** A file that is gone, and the proof that it was this one. */
    public record Erased(String sha256, String rule, Instant at) {}

    /**
     * Where a file stands.
     *
     * @param quorum how many moderators open it together
     * @param consents how many consented to the asking moderator's opening it, and still do
     * @param mine whether the asking moderator holds a share
     */
    public record Standing(
            boolean kept,
            boolean sealed,
            int quorum,
            int consents,
            boolean mine,
            List<Reading> readings,
            @Nullable Erased erased) {}

    /** That somebody looked into a file, consented to it, or tried. */
    public record Look(long number, UUID file, Reading reading) {}

    /** Who looked into which file and why, below the number {@code before}, newest first. */
    public List<Look> looks(long before, int limit) {
        return vault.looks(before, limit);
    }

    /** A file as it came, under a number that nobody else gives. */
    public record Kept(UUID file, byte[] content) {}

    /** Takes the files of one report in, in the caller's transaction. */
    @Transactional
    public void keep(String category, List<Kept> files) {
        if (files.isEmpty()) return;
        vault.hold(); // Or a key that is just being taken out would be the only one that opens
        // them.
        List<Locked> keys = vault.counting();
        int quorum = Math.max(1, Math.min(settings.quorum(category), keys.size()));
        var shares = new ArrayList<Held>();
        for (Kept kept : files) {
            UUID file = kept.file();
            byte[] content = kept.content();
            byte[] hash = Seal.sha256(content);
            if (keys.isEmpty()) {
                vault.addFile(new File(file, category, content, null, 1), hash, content.length);
                continue;
            }
            byte[] secret = Seal.random(Seal.SECRET_BYTES);
            byte[] sealed = Seal.lock(secret, content, "file " + file);
            vault.addFile(new File(file, category, null, sealed, quorum), hash, content.length);
            shares.addAll(shares(file, secret, quorum, keys));
            Arrays.fill(secret, (byte) 0);
        }
        vault.addShares(shares);
    }

    private List<Held> shares(UUID file, byte[] secret, int quorum, List<Locked> keys) {
        List<Share> split = Shamir.split(secret, quorum, keys.size(), Seal.randomness());
        var held = new ArrayList<Held>();
        for (int i = 0; i < keys.size(); i++) {
            Share share = split.get(i);
            held.add(held(file, keys.get(i), share.place(), share.values()));
        }
        return held;
    }

    private Held held(UUID file, Locked key, int place, byte[] share) {
        return new Held(
                file,
                key.key().id(),
                place,
                agreement(key).hand(share, purpose(file, key.key().id())));
    }

    private Seal.Agreement agreement(Locked key) {
        Instant now = clock.instant();
        return agreements.compute(
                key.key().id(),
                (id, before) ->
                        before != null && before.lasts(now)
                                ? before
                                : new Seal.Agreement(key.pair().publicKey(), now));
    }

    private static String purpose(UUID file, UUID key) {
        return "share " + file + " " + key;
    }

    /**
     * Opens a file for a moderator, and writes down who and why; a refusal for the passphrase's sake too. Of a category that wants several, the others have consented before
     * ({@link #consent}).
     *
     * @param passphrase of the moderator's key; null where the file is not sealed yet
     * @throws VaultRefused if the file is gone, the passphrase wrong, or others have to consent first
     */
    @Transactional(noRollbackFor = VaultRefused.class)
    public byte[] open(UUID file, UUID moderator, char @Nullable [] passphrase, String reason) {
        File found = file(file);
        Instant now = now();
        if (found.clear() != null) {
            vault.addReading(file, moderator, "read", reason, now);
            return found.clear();
        }
        Locked key = counting(moderator);
        byte[] privateKey = unlocked(file, key, passphrase, reason, now);
        var shares = new ArrayList<Share>();
        Held own =
                vault.share(file, key.key().id())
                        .orElseThrow(() ->
                                new VaultRefused(
                                        Why.NO_KEY, "this file was sealed before your key"));
        shares.add(opened(key, privateKey, own, purpose(file, key.key().id())));
        for (Held consent : vault.consents(file, key.key().id(), now)) {
            if (shares.size() == found.quorum()) break;
            shares.add(opened(key, privateKey, consent, consentPurpose(file, consent.key())));
        }
        Arrays.fill(privateKey, (byte) 0);
        if (shares.size() < found.quorum()) {
            throw new VaultRefused(
                    Why.MORE_NEEDED,
                    found.quorum()
                            + " moderators open this together; "
                            + shares.size()
                            + " so far");
        }
        byte[] secret = Shamir.join(shares);
        try {
            byte[] content =
                    Seal.open(secret, Objects.requireNonNull(found.sealed()), "file " + file);
            vault.addReading(file, moderator, "read", reason, now);
            log.atInfo().addKeyValue("fileId", file).log("evidence read");
            return content;
        } catch (Seal.Broken e) {
            throw new IllegalStateException("a file was altered: " + file, e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * Lets the other moderators use one's share of a file, for a time.
     *
     * @throws VaultRefused if the file needs nobody's consent, is gone, or the passphrase is wrong
     */
    @Transactional(noRollbackFor = VaultRefused.class)
    public void consent(UUID file, UUID moderator, char[] passphrase, String reason) {
        File found = file(file);
        if (found.quorum() < 2) {
            throw new VaultRefused(Why.NOT_NOW, "one moderator opens this file alone");
        }
        Instant now = now();
        Locked key = counting(moderator);
        byte[] privateKey = unlocked(file, key, passphrase, reason, now);
        Held own =
                vault.share(file, key.key().id())
                        .orElseThrow(() ->
                                new VaultRefused(
                                        Why.NO_KEY, "this file was sealed before your key"));
        Share share = opened(key, privateKey, own, purpose(file, key.key().id()));
        Arrays.fill(privateKey, (byte) 0);
        for (Locked other : vault.counting()) {
            if (other.key().id().equals(key.key().id())) continue;
            vault.addConsent(
                    file,
                    key.key().id(),
                    other.key().id(),
                    share.place(),
                    Seal.hand(
                            other.pair().publicKey(),
                            share.values(),
                            consentPurpose(file, key.key().id())),
                    now.plus(settings.consentFor()));
        }
        vault.addReading(file, moderator, "consented", reason, now);
    }

    private static String consentPurpose(UUID file, UUID from) {
        return "consent " + file + " " + from;
    }

    /** Where a file stands, and who looked into it. */
    public Standing standing(UUID file, UUID moderator) {
        Optional<File> found = vault.file(file);
        Optional<UUID> key = vault.keyOf(moderator).map(locked -> locked.key().id());
        return new Standing(
                found.isPresent(),
                found.isPresent() && found.get().sealed() != null,
                found.map(File::quorum).orElse(1),
                key.map(id -> vault.consents(file, id, now()).size()).orElse(0),
                key.flatMap(id -> vault.share(file, id)).isPresent(),
                vault.readings(file),
                vault.erasure(file).orElse(null));
    }

    /**
     * Makes a moderator's key. The first one counts at once; another counts once its holder is let in by somebody whose key counts.
     *
     * @throws VaultRefused if the moderator has one
     */
    @Transactional
    public VaultKey makeKey(UUID moderator, char[] passphrase) {
        vault.serialise();
        if (vault.keyOf(moderator).isPresent()) {
            throw new VaultRefused(Why.NOT_NOW, "you have a key; change it instead");
        }
        VaultKey key = newKey(moderator, passphrase, vault.counting().isEmpty());
        log.atInfo().addKeyValue("keyId", key.id()).log("evidence key made");
        return key;
    }

    private VaultKey newKey(UUID moderator, char[] passphrase, boolean counts) {
        Instant now = now();
        UUID id = UUID.randomUUID();
        Seal.KeyPair pair = Seal.newKey(id, passphrase);
        vault.addKey(
                new Locked(new VaultKey(id, moderator, "", now, counts ? now : null, null), pair));
        return vault.key(id).orElseThrow().key();
    }

    /**
     * Lets another moderator's key in: files are sealed to it from now on, and those that one moderator opens alone at once. Of files that
     * several open together it gets no share: no single moderator could make one.
     *
     * @throws VaultRefused if the key is one's own, in already, or the passphrase is wrong
     */
    @Transactional
    public void admit(UUID keyId, UUID moderator, char[] passphrase) {
        vault.serialise();
        Locked key = vault.key(keyId).orElseThrow(EvidenceVault::noKey);
        if (key.key().admittedAt() != null || key.key().retiredAt() != null) {
            throw new VaultRefused(Why.NOT_NOW, "this key is in already, or retired");
        }
        Locked own = counting(moderator);
        byte[] privateKey = unlocked(own, passphrase);
        vault.admit(keyId, moderator, now());
        handOver(own, privateKey, key);
        log.atInfo().addKeyValue("keyId", keyId).log("evidence key admitted");
    }

    private void handOver(Locked from, byte[] privateKey, Locked to) {
        for (Held held : vault.sharesOf(from.key().id())) {
            if (vault.quorum(held.file()) > 1) continue;
            Share share = opened(from, privateKey, held, purpose(held.file(), from.key().id()));
            // A polynomial of degree 0 has the same value at every place.
            vault.addShares(List.of(held(held.file(), to, held.place(), share.values())));
        }
        Arrays.fill(privateKey, (byte) 0);
    }

    /**
     * A new key and passphrase in place of the old ones; every share goes over to it.
     *
     * @throws VaultRefused if the old passphrase is wrong, or there is no key that counts
     */
    @Transactional
    public VaultKey changeKey(UUID moderator, char[] passphrase, char[] newPassphrase) {
        vault.serialise();
        Locked old = counting(moderator);
        byte[] privateKey = unlocked(old, passphrase);
        List<Held> shares = vault.sharesOf(old.key().id());
        var opened = new ArrayList<Share>();
        for (Held held : shares) {
            opened.add(opened(old, privateKey, held, purpose(held.file(), old.key().id())));
        }
        Arrays.fill(privateKey, (byte) 0);
        vault.retire(old.key().id(), moderator, now());
        VaultKey key = newKey(moderator, newPassphrase, true);
        Locked locked = vault.key(key.id()).orElseThrow();
        for (int i = 0; i < shares.size(); i++) {
            Share share = opened.get(i);
            vault.addShares(
                    List.of(held(shares.get(i).file(), locked, share.place(), share.values())));
        }
        log.atInfo().addKeyValue("keyId", key.id()).log("evidence key changed");
        return key;
    }

    /**
     * Takes a key out: its shares are gone, and nothing is sealed to it any more.
     *
     * @throws VaultRefused if there is none, or files could not be opened any more without it
     */
    @Transactional
    public void retire(UUID keyId, UUID by) {
        vault.serialise();
        Locked key = vault.key(keyId).orElseThrow(EvidenceVault::noKey);
        if (key.key().retiredAt() != null) {
            throw new VaultRefused(Why.NOT_NOW, "this key is retired already");
        }
        int lost = vault.onlyWith(keyId);
        if (lost > 0) {
            throw new VaultRefused(
                    Why.NOT_NOW,
                    lost + " files could not be opened any more; let another key in first");
        }
        vault.retire(keyId, by, now());
        log.atInfo().addKeyValue("keyId", keyId).log("evidence key retired");
    }

    /** All keys, oldest first. */
    public List<VaultKey> keys() {
        return vault.keys().stream().map(Locked::key).toList();
    }

    /** Seals what came before there was a key. Safe on several replicas. */
    @Scheduled(fixedDelayString = "${coopmesh.evidence.check-interval}")
    @Transactional
    public void sealWaiting() {
        Instant now = now();
        agreements.values().removeIf(one -> !one.lasts(now));
        vault.forgetConsents(now);
        if (vault.counting().isEmpty()) return;
        vault.serialise();
        List<Locked> keys = vault.counting();
        for (File file : vault.inTheClear(BATCH)) {
            byte[] secret = Seal.random(Seal.SECRET_BYTES);
            int quorum = Math.min(settings.quorum(file.category()), keys.size());
            byte[] clear = Objects.requireNonNull(file.clear());
            vault.sealed(file.id(), Seal.lock(secret, clear, "file " + file.id()), quorum);
            vault.addShares(shares(file.id(), secret, quorum, keys));
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** When a file's case must have been closed for its time to be over. */
    public Instant closedBefore() {
        return now().minus(settings.keepAfterClosing());
    }

    /** Erases files whose time is over; of each stay its hash, when, and why, and {@link EvidenceErased} tells so. */
    @Transactional
    public void eraseOver(Collection<UUID> files) {
        List<EvidenceErased> gone =
                vault.erase(files, "kept " + settings.keepAfterClosing() + " after closing", now());
        gone.forEach(events::publishEvent);
        if (!gone.isEmpty()) {
            log.atInfo().addKeyValue("files", gone.size()).log("evidence erased");
        }
    }

    private File file(UUID id) {
        return vault.file(id)
                .orElseThrow(
                        () -> new VaultRefused(Why.NOT_THERE, "no content of this file is kept"));
    }

    private Locked counting(UUID moderator) {
        return vault.keyOf(moderator)
                .filter(locked -> locked.key().counts())
                .orElseThrow(EvidenceVault::noKey);
    }

    private static VaultRefused noKey() {
        return new VaultRefused(Why.NO_KEY, "there is no evidence key that counts");
    }

    private byte[] unlocked(
            UUID file, Locked key, char @Nullable [] passphrase, String reason, Instant now) {
        try {
            return unlocked(key, passphrase);
        } catch (VaultRefused e) {
            vault.addReading(file, key.key().moderator(), "refused", reason, now);
            throw e;
        }
    }

    private static byte[] unlocked(Locked key, char @Nullable [] passphrase) {
        try {
            return Seal.unlock(
                    key.key().id(), key.pair(), passphrase == null ? new char[0] : passphrase);
        } catch (Seal.Broken e) {
            throw new VaultRefused(Why.WRONG_PASSPHRASE, "this is not your passphrase");
        }
    }

    private static Share opened(Locked key, byte[] privateKey, Held held, String purpose) {
        try {
            return new Share(
                    held.place(),
                    Seal.take(key.pair().publicKey(), privateKey, held.sealed(), purpose));
        } catch (Seal.Broken e) {
            throw new IllegalStateException("a share was altered: " + held.file(), e);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
