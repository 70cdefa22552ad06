package org.coopmesh.abuse.bouncer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What firewalls are told to drop, as numbered versions. Of several who say so of one prefix the one that holds longest is told,
 * so that the end of another never opens what is still banned.
 */
@Service
public class Feed {
    /** A whole feed is made anew after this: durations in it are at most so much too long. */
    static final Duration WHOLE_KEPT = Duration.ofSeconds(30);

    /** How long a firewall may be away and still be told what ended meanwhile. */
    static final Duration ENDED_KEPT = Duration.ofDays(30);

    private static final int COVERING_MAX = 50;
    private static final int BUFFER_BYTES = 1 << 16;

    private final FeedTable table;
    private final TransactionTemplate transactions;
    private final Clock clock;
    private final Object making = new Object();
    private volatile @Nullable Whole whole;

    Feed(FeedTable table, TransactionTemplate transactions, Clock clock) {
        this.table = table;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** Everything at one version, compressed. */
    @SuppressWarnings("ArrayRecordComponent") // Written out, never compared.
    private record Whole(long version, Instant madeAt, byte[] compressed) {}

    /**
     * What a firewall is told, and the version that it has then been told.
     *
     * @param whole everything, rather than changes
     * @param compressed gzip of JSON; null where nothing has changed
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Told(long version, boolean whole, byte @Nullable [] compressed) {}

    /**
     * Says in the caller's transaction what is dropped from now on.
     *
     * @throws IllegalStateException without a transaction
     */
    public void begin(List<Dropped> dropped) {
        table.addSources(dropped);
        settle(dropped.stream().map(Dropped::prefix).toList());
    }

    /**
     * Says in the caller's transaction whose bans no longer hold; unknown ones are skipped.
     *
     * @throws IllegalStateException without a transaction
     */
    public void end(Collection<UUID> bans) {
        settle(table.removeSources(bans));
    }

    /** What drops packets of one address, the narrowest first and of one prefix the longest; at most 50. */
    public List<Dropped> covering(Prefix address) {
        return table.covering(address, COVERING_MAX);
    }

    /** As the last thing before the commit, so that the head is locked after everything else and only shortly. */
    private void settle(Collection<Prefix> prefixes) {
        if (prefixes.isEmpty()) {
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(
                new TransactionSynchronization() {
                    @Override
                    public void beforeCommit(boolean readOnly) {
                        table.settle(prefixes, clock.instant());
                    }
                });
    }

    /** Everything that is dropped at present. */
    Told whole(Selection selection, long head) {
        if (!selection.isAll()) {
            return new Told(head, true, written(Optional.empty(), head, selection));
        }
        Whole kept = whole;
        if (kept == null || !isFresh(kept, head)) {
            synchronized (making) { // Of many who start at once one makes it and the others wait.
                kept = whole;
                if (kept == null || !isFresh(kept, head)) {
                    Instant now = clock.instant();
                    kept = new Whole(head, now, written(Optional.empty(), head, selection));
                    whole = kept;
                }
            }
        }
        return new Told(kept.version(), true, kept.compressed());
    }

    private boolean isFresh(Whole kept, long head) {
        return kept.version() >= head
                && Duration.between(kept.madeAt(), clock.instant()).abs().compareTo(WHOLE_KEPT) < 0;
    }

    /** What began and what ended after the version {@code told}, up to {@code head}. */
    Told changes(long told, long head, Selection selection) {
        return told >= head
                ? new Told(head, false, null)
                : new Told(
                        head, false, written(Optional.of(new Span(told, head)), head, selection));
    }

    /** What is dropped at present and fits {@code question}: an array rather than new and deleted. */
    byte[] answer(Question question) {
        Instant now = clock.instant();
        return compressed(json -> {
            json.beginArray();
            table.present(question, now, json::decision);
            json.endArray();
        });
    }

    /** @param told exclusive; @param head inclusive */
    record Span(long told, long head) {}

    private byte[] written(Optional<Span> span, long head, Selection selection) {
        Instant now = clock.instant();
        return compressed(json -> {
            json.beginStream();
            table.began(span, head, selection, now, json::decision);
            json.turnToDeleted();
            span.ifPresent(since -> table.ended(since, selection, now, json::decision));
            json.endStream();
        });
    }

    private interface Writing {
        void to(DecisionWriter json) throws IOException;
    }

    /** Rows are read as a stream and held compressed; no connection waits for a slow reader. */
    private byte[] compressed(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        transactions.executeWithoutResult(status -> {
            try (var json =
                    new DecisionWriter(
                            new GZIPOutputStream(bytes, BUFFER_BYTES) {
                                {
                                    def.setLevel(Deflater.BEST_SPEED);
                                }
                            })) {
                writing.to(json);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return bytes.toByteArray();
    }

    /** Forgets what ended long ago; who has been away for longer is told the whole. */
    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT1H")
    @Transactional
    public void forget() {
        table.forget(clock.instant().minus(ENDED_KEPT));
    }
}
