package org.coopmesh.abuse.outside;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.ban.Bans;
import org.coopmesh.abuse.bouncer.Dropped;
import org.coopmesh.abuse.outside.OutsideList.Held;
import org.coopmesh.abuse.outside.OutsideList.Limits;
import org.coopmesh.abuse.outside.OutsideList.Seen;
import org.coopmesh.abuse.outside.OutsideList.Source;
import org.coopmesh.abuse.outside.OutsideListRefused.Why;
import org.coopmesh.abuse.outside.OutsideListTable.Entry;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Reads outside lists, sieves them, and bans what is left for as long as each list is to hold. */
@Service
public class OutsideLists {
    static final int LISTS_MAX = 20;

    /** A list that falls below a tenth of what is held is kept as it was, unless so few are held that it says nothing. */
    private static final int SHRINKS_TO_PARTS = 10;

    private static final int SHRINK_CHECKED_FROM = 10;
    private static final String OWN_MEMBER = "own-member";
    private static final Logger log = LoggerFactory.getLogger(OutsideLists.class);

    private final OutsideListTable table;
    private final Fetcher fetcher;
    private final Bans bans;
    private final SubjectRegister subjects;
    private final TransactionTemplate transactions;
    private final Clock clock;

    OutsideLists(
            OutsideListTable table,
            Fetcher fetcher,
            Bans bans,
            SubjectRegister subjects,
            TransactionTemplate transactions,
            Clock clock) {
        this.table = table;
        this.fetcher = fetcher;
        this.bans = bans;
        this.subjects = subjects;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** What somebody wants to add. */
    record Request(String name, Source source, Limits limits, UUID by) {}

    /** Keys from before there was a secret are sealed at the start. */
    @EventListener(ApplicationReadyEvent.class)
    @Transactional
    public void sealKeys() {
        int sealed = table.sealKeys();
        if (sealed > 0)
            log.atInfo().addKeyValue("keys", sealed).log("keys of outside lists sealed");
    }

    List<OutsideList> all() {
        return table.all();
    }

    /** @throws OutsideListRefused if there is none */
    OutsideList find(UUID id) {
        return table.find(id).orElseThrow(OutsideLists::notFound);
    }

    /**
     * Adds a list, which stops nothing until it is enforced.
     *
     * @throws OutsideListRefused if its name is taken, or there are twenty already
     */
    @Transactional
    OutsideList add(Request request) {
        if (table.count() >= LISTS_MAX) {
            throw new OutsideListRefused(
                    Why.TOO_MANY, "there are " + LISTS_MAX + " lists already: remove one");
        }
        var list =
                new OutsideList(
                        UUID.randomUUID(),
                        request.name(),
                        request.source(),
                        false,
                        request.limits(),
                        request.by(),
                        now(),
                        Seen.NEVER,
                        Held.NOTHING);
        if (!table.add(list)) {
            throw new OutsideListRefused(Why.NAME_TAKEN, "there is a list of this name");
        }
        log.atInfo().addKeyValue("listId", list.id()).log("outside list added");
        return list;
    }

    /** Begins or ends to enforce what is held of a list. Once is as good as twice. */
    @Transactional
    OutsideList enforce(UUID id, boolean enforced) {
        OutsideList list = lock(id);
        if (list.enforced() != enforced) {
            Collection<Entry> entries = table.entries(id).values();
            if (enforced) {
                bans.beginOutside(dropped(list, entries));
            } else {
                bans.endOutside(dropped(list, entries));
            }
            table.enforce(id, enforced);
            log.atInfo()
                    .addKeyValue("listId", id)
                    .addKeyValue("enforced", enforced)
                    .log("outside list");
        }
        return find(id);
    }

    /** Ends a list and every ban that comes from it. */
    @Transactional
    void remove(UUID id, UUID by) {
        OutsideList list = lock(id);
        Map<Prefix, Entry> entries = table.entries(id);
        if (list.enforced()) {
            bans.endOutside(dropped(list, entries.values()));
        }
        table.drop(id, entries.keySet());
        table.remove(id, by, now());
        log.atInfo().addKeyValue("listId", id).log("outside list removed");
    }

    /** Reads the lists whose time has come, and ends entries whose time is over. */
    @Scheduled(fixedDelayString = "${coopmesh.outside.check-interval:PT15S}")
    public void look() {
        expireDue();
        for (int i = 0; i < LISTS_MAX; i++) {
            Optional<UUID> due = table.claimDue(now());
            if (due.isEmpty()) {
                return;
            }
            read(due.get(), false);
        }
    }

    void expireDue() {
        transactions.executeWithoutResult(status -> {
            for (UUID id : table.listsWithDue(now())) {
                OutsideList list = find(id);
                List<Entry> over = table.takeDue(id, now());
                if (list.enforced()) {
                    bans.endOutside(dropped(list, over));
                }
            }
        });
    }

    /**
     * Fetches a list and takes what it says. What goes wrong is told on the list; what was held before is held on.
     *
     * @param allTheSame takes it even where hardly anything is left of it, or it is older
     * @throws OutsideListRefused if it is one that is handed in
     */
    OutsideList read(UUID id, boolean allTheSame) {
        OutsideList list = find(id);
        Seen seen = list.seen();
        // What has not changed tells nothing new; nor does it where somebody insists.
        boolean ask = seen.wholeNext() || allTheSame;
        try {
            Fetcher.Fetched fetched =
                    switch (list.source()) {
                        case Source.Text text -> fetchText(text, seen, ask, allTheSame);
                        case Source.CrowdSec server -> {
                            table.wholeNext(id); // Until what comes is taken.
                            yield fetchDecisions(server, ask);
                        }
                        case Source.Upload u ->
                                throw new OutsideListRefused(
                                        Why.NOT_THIS_KIND, "this list is handed in, not fetched");
                    };
            take(id, fetched, allTheSame);
        } catch (NoList failed) {
            fail(id, failed);
        }
        return find(id);
    }

    private Fetcher.Fetched fetchText(
            Source.Text text, Seen seen, boolean whole, boolean allTheSame) throws NoList {
        var headers = new HashMap<String, String>();
        String etag = seen.etag();
        if (etag != null && !whole) {
            headers.put("If-None-Match", etag);
        }
        Fetcher.Fetched fetched = fetcher.fetch(text.url(), headers, ListReader::read);
        Instant before = seen.modifiedAt();
        Instant after = fetched.modifiedAt();
        if (!allTheSame
                && fetched.reading() != null
                && before != null
                && after != null
                && after.isBefore(before)) {
            throw new NoList(
                    "older", "it is of %s, and what is held of %s".formatted(after, before));
        }
        return fetched;
    }

    private Fetcher.Fetched fetchDecisions(Source.CrowdSec server, boolean whole) throws NoList {
        String base = server.url().toString();
        URI url =
                URI.create(
                        (base.endsWith("/") ? base : base + "/")
                                + "v1/decisions/stream?startup="
                                + whole);
        return fetcher.fetch(
                url, Map.of("X-Api-Key", server.key()), in -> DecisionReader.read(in, whole));
    }

    /**
     * Takes a list that somebody hands in.
     *
     * @param allTheSame takes it even where hardly anything is left of it, or it is older
     * @throws OutsideListRefused if it cannot be taken, or is fetched
     */
    OutsideList handIn(UUID id, InputStream text, boolean allTheSame) throws IOException {
        if (!(find(id).source() instanceof Source.Upload)) {
            throw new OutsideListRefused(Why.NOT_THIS_KIND, "this list is fetched, not handed in");
        }
        try {
            take(id, new Fetcher.Fetched(ListReader.read(text), null, null), allTheSame);
            return find(id);
        } catch (NoList failed) {
            fail(id, failed);
            throw new OutsideListRefused(Why.NOT_TAKEN, failed.why());
        }
    }

    private void fail(UUID id, NoList failed) {
        transactions.executeWithoutResult(status ->
                table.lock(id)
                        .ifPresent(list -> {
                            Seen seen = list.seen();
                            table.tried(
                                    id,
                                    new Seen(
                                            now(),
                                            seen.takenAt(),
                                            failed.outcome(),
                                            shortened(failed.why()),
                                            seen.etag(),
                                            seen.modifiedAt(),
                                            true));
                        }));
        log.atWarn()
                .addKeyValue("listId", id)
                .addKeyValue("outcome", failed.outcome())
                .log("outside list not taken");
    }

    private void take(UUID id, Fetcher.Fetched fetched, boolean allTheSame) throws NoList {
        NoList refused =
                transactions.execute(status -> {
                    try {
                        takeLocked(lock(id), fetched, allTheSame);
                        return null;
                    } catch (NoList shrunk) {
                        status.setRollbackOnly();
                        return shrunk;
                    }
                });
        if (refused != null) {
            throw refused;
        }
    }

    private void takeLocked(OutsideList list, Fetcher.Fetched fetched, boolean allTheSame)
            throws NoList {
        Instant now = now();
        Reading reading = fetched.reading();
        Map<Prefix, Entry> held = table.entries(list.id());
        String outcome = "taken";
        if (reading == null) { // Nothing has changed: what is held goes on.
            reading = new Reading(true);
            for (Prefix prefix : held.keySet()) {
                reading.add(prefix, Optional.empty());
            }
            outcome = "unchanged";
        }
        int members = sieve(list.limits(), reading, held);
        if (reading.whole() && !allTheSame && shrinks(held.size(), reading.entries().size())) {
            throw new NoList(
                    "shrunk",
                    "only %d entries are left of %d: kept as it was"
                            .formatted(reading.entries().size(), held.size()));
        }
        var gone = new ArrayList<Entry>();
        var begun = new ArrayList<Entry>();
        for (Entry entry : held.values()) {
            if (reading.whole()
                    ? !reading.entries().containsKey(entry.prefix())
                    : reading.gone().contains(entry.prefix())) {
                gone.add(entry);
            }
        }
        var dropped = gone.stream().map(Entry::prefix).toList();
        reading.entries()
                .forEach((prefix, holds) -> {
                    Entry before = held.get(prefix);
                    Instant until = now.plus(holds(list.limits(), holds));
                    if (before == null || outlives(before.until(), until, now, holds.isPresent())) {
                        begun.add(new Entry(UUID.randomUUID(), prefix, until));
                        if (before != null) gone.add(before);
                    }
                });
        table.drop(list.id(), dropped);
        table.put(list.id(), begun);
        if (list.enforced()) {
            // First what is new: an entry that goes on is never open in between.
            bans.beginOutside(dropped(list, begun));
            bans.endOutside(dropped(list, gone));
        }
        if (fetched.reading() != null) {
            table.count(list.id(), members, reading.leftOut(), !reading.whole());
        }
        Seen seen = list.seen();
        table.tried(
                list.id(),
                new Seen(
                        now,
                        now,
                        outcome,
                        null,
                        fetched.etag() == null ? seen.etag() : fetched.etag(),
                        fetched.modifiedAt() == null ? seen.modifiedAt() : fetched.modifiedAt(),
                        false));
        log.atInfo()
                .addKeyValue("listId", list.id())
                .addKeyValue("begun", begun.size())
                .addKeyValue("ended", gone.size())
                .log("outside list taken");
    }

    private static boolean shrinks(int held, int left) {
        return held > 0 && left == 0
                || held >= SHRINK_CHECKED_FROM && left < held / SHRINKS_TO_PARTS;
    }

    private static Duration holds(Limits limits, Optional<Duration> said) {
        return said.filter(holds -> holds.compareTo(limits.holds()) < 0).orElse(limits.holds());
    }

    /** Without a word from the list an entry is renewed at half its time, so that not every reading is a thousand facts. */
    private static boolean outlives(Instant before, Instant after, Instant now, boolean said) {
        return said
                ? after.isAfter(before.plus(1, ChronoUnit.MINUTES))
                : Duration.between(now, before)
                                .multipliedBy(2)
                                .compareTo(Duration.between(now, after))
                        < 0;
    }

    /** Leaves out what this co-op does not ban, and what is too much. How many own members it would have hit. */
    private int sieve(Limits limits, Reading reading, Map<Prefix, Entry> held) {
        for (Prefix prefix : List.copyOf(reading.entries().keySet())) {
            if (prefix.widerThan(limits.widestV4(), limits.widestV6())) {
                reading.leaveOut(prefix, "too-wide");
            } else if (!Reach.isPublic(prefix)) {
                reading.leaveOut(prefix, "not-public");
            }
        }
        bans.refusals(reading.entries().keySet())
                .forEach((prefix, refusal) -> reading.leaveOut(prefix, refusal.rule()));
        SubjectRegister.HeldAmong own = subjects.heldAmong(reading.entries().keySet());
        own.prefixes().forEach(prefix -> reading.leaveOut(prefix, OWN_MEMBER));
        int room = limits.entries() - (reading.whole() ? 0 : held.size());
        for (Prefix prefix : List.copyOf(reading.entries().keySet())) {
            if (!reading.whole() && held.containsKey(prefix)) {
                continue;
            }
            if (room-- <= 0) {
                reading.leaveOut(prefix, "beyond-the-cap");
            }
        }
        return own.members();
    }

    private static List<Dropped> dropped(OutsideList list, Collection<Entry> entries) {
        var source = new Dropped.Source("lists", list.name());
        return entries.stream()
                .map(entry -> new Dropped(entry.ban(), entry.prefix(), source, entry.until()))
                .toList();
    }

    private OutsideList lock(UUID id) {
        return table.lock(id).orElseThrow(OutsideLists::notFound);
    }

    private static OutsideListRefused notFound() {
        return new OutsideListRefused(Why.NOT_FOUND, "no such list");
    }

    private static @Nullable String shortened(String why) {
        return why.length() > 300 ? why.substring(0, 300) : why;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
