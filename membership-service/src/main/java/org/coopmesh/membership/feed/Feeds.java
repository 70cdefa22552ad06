package org.coopmesh.membership.feed;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Tells programs about the mesh: what members consented to for everybody, the whole for who holds a key. */
@Service
public class Feeds {
    /** How old what is told may be; a feed is written at most this often, however many read it. */
    static final Duration KEPT = Duration.ofSeconds(30);

    /** Reads of one key in a minute, at each replica. */
    static final int READS_OF_A_KEY_MAX = 60;

    /** Reads in a minute of everybody without a key together, and tries of all wrong keys together, at each replica. */
    static final int READS_OF_ALL_MAX = 1_200;

    /** Keys that are good at one time. */
    static final int KEYS_MAX = 50;

    private static final int KEYS_SHOWN_MAX = 200;
    private static final Logger log = LoggerFactory.getLogger(Feeds.class);

    private final Painter painter;
    private final FeedKeys keys;
    private final JsonMapper json;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Pace pace = new Pace();
    private final Map<Shelf, Document> shelves = new HashMap<>();

    Feeds(Painter painter, FeedKeys keys, JsonMapper json, Clock clock) {
        this.painter = painter;
        this.keys = keys;
        this.json = json;
        this.clock = clock;
    }

    private record Shelf(FeedKind kind, boolean whole) {}

    /** A key, readable this once. */
    record NewKey(FeedKey key, String text) {}

    /**
     * The feed for a reader: whole with a key, else what everybody may know.
     *
     * @throws FeedRefused if the key is not good, there were too many reads within a minute, or the feed is too long
     */
    Document read(FeedKind kind, @Nullable String key) {
        Instant now = clock.instant();
        if (key == null) {
            if (!pace.allows("everybody", READS_OF_ALL_MAX, now)) throw tooManyReads();
            return document(new Shelf(kind, false), now);
        }
        UUID id = FeedKey.mayBe(key) ? keys.good(FeedKey.digest(key)).orElse(null) : null;
        if (id == null) {
            if (!pace.allows("wrong keys", READS_OF_ALL_MAX, now)) throw tooManyReads();
            throw new FeedRefused(FeedRefused.Why.KEY_UNKNOWN, "this feed key is not good");
        }
        if (!pace.allows(id.toString(), READS_OF_A_KEY_MAX, now)) throw tooManyReads();
        keys.used(id, LocalDate.ofInstant(now, ZoneOffset.UTC));
        return document(new Shelf(kind, true), now);
    }

    private static FeedRefused tooManyReads() {
        return new FeedRefused(
                FeedRefused.Why.TOO_MANY_READS, "too many reads within a minute: come again later");
    }

    /** One is written at a time: two pictures of a large mesh are never in memory together. */
    private synchronized Document document(Shelf shelf, Instant now) {
        Document before = shelves.get(shelf);
        if (before != null && Duration.between(before.madeAt(), now).abs().compareTo(KEPT) < 0) {
            return before;
        }
        var document =
                Document.of(shelf.kind(), painter.paint(shelf.whole()), json, Document.BYTES_MAX);
        shelves.put(shelf, document);
        return document;
    }

    /**
     * Makes a key.
     *
     * @throws FeedRefused if there are {@value #KEYS_MAX} good ones already
     */
    @Transactional
    NewKey makeKey(String name, UUID by) {
        var key = new FeedKey(UUID.randomUUID(), name.strip(), clock.instant(), by, null, null);
        String text = FeedKey.text(random);
        if (!keys.insert(key, FeedKey.digest(text), KEYS_MAX)) {
            throw new FeedRefused(
                    FeedRefused.Why.TOO_MANY_KEYS,
                    "there are " + KEYS_MAX + " keys already: revoke one first");
        }
        log.atInfo().addKeyValue("feedKey", key.id()).addKeyValue("by", by).log("feed key made");
        return new NewKey(key, text);
    }

    /**
     * Ends a key; what ended before stays ended as it did.
     *
     * @throws FeedRefused if there is no such key
     */
    @Transactional
    void revoke(UUID key, UUID by) {
        if (!keys.revoke(key, by, clock.instant())) {
            throw new FeedRefused(FeedRefused.Why.KEY_NOT_FOUND, "no such feed key: " + key);
        }
        log.atInfo().addKeyValue("feedKey", key).addKeyValue("by", by).log("feed key revoked");
    }

    /** Keys, the newest first, revoked ones too. */
    @Transactional(readOnly = true)
    List<FeedKey> keys() {
        return keys.all(KEYS_SHOWN_MAX);
    }
}
