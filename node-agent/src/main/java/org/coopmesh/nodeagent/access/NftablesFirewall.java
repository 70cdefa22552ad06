package org.coopmesh.nodeagent.access;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.coopmesh.nodeagent.access.Entry.Attachment;
import org.coopmesh.nodeagent.access.Entry.Ban;
import org.coopmesh.nodeagent.access.Entry.Garden;
import org.coopmesh.nodeagent.access.Entry.Lane;
import org.coopmesh.nodeagent.access.Entry.Unreadable;
import org.coopmesh.nodeagent.access.RangeTable.Range;
import org.coopmesh.nodeagent.netfilter.Batch;
import org.coopmesh.nodeagent.netfilter.MeshTable;
import org.coopmesh.nodeagent.netfilter.NetfilterFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries as elements of the mesh table. Whatever changes goes to the kernel as one batch; where a batch of changes does not
 * fit what the kernel has, everything is loaded anew in one.
 */
final class NftablesFirewall implements Firewall {

    private static final Logger log = LoggerFactory.getLogger(NftablesFirewall.class);

    private static final List<String> WAYS =
            List.of("internet_up", "internet_down", "local_up", "local_down");
    private static final List<String> SETS =
            List.of("ban", "dropped", "walled", "lane_up", "lane_down", "own");
    private static final String UNREADABLE = "unreadable";

    /** Stands beside the sets in receipts: how often another's change was undone since the agent started. */
    private static final String RESTORED = "restored";

    private static final Instant FOREVER = Instant.MAX;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Duration TIMEOUT_MAX = Duration.ofDays(3650);
    private static final Duration COMPARE_INTERVAL_MIN = Duration.ofSeconds(20);
    private static final Duration ENDING = Duration.ofSeconds(3);

    /** The home node polices at the rate; a gateway stands behind it and only stops what is clearly above. */
    private static final double GATEWAY_SLACK = 1.1;

    private static final int BURST_BYTES_MIN = 16 << 10;

    private final MeshTable table;
    private final boolean gateway;
    private final boolean portal;
    private final Duration compareIntervalMin;

    private final Ranges bans = new Ranges("ban", "_ranges");
    private final Ranges gardens = new Ranges("garden", "");
    private final Ranges locals = new Ranges("local", "");
    private final Map<String, Long> sizes = new TreeMap<>();
    private boolean loaded;
    private boolean keysTellBans = true;
    private int generation;
    private long comparedNanos;
    private boolean compareDue;
    private boolean toldClosed;
    private long restored;

    NftablesFirewall(MeshTable table, boolean gateway, boolean portal) {
        this(table, gateway, portal, COMPARE_INTERVAL_MIN);
    }

    NftablesFirewall(
            MeshTable table, boolean gateway, boolean portal, Duration compareIntervalMin) {
        this.compareIntervalMin = compareIntervalMin;
        this.table = table;
        this.gateway = gateway;
        this.portal = portal;
    }

    /** One address or prefix in a set, or leading to a named object in a map. */
    private record Element(String set, Prefix prefix, Optional<String> object) {}

    @Override
    public Enforced replace(Rules rules, Instant now) throws EnforcementFailed {
        loaded = false;
        try {
            MeshTable.Structure structure = table.ensure();
            if (portal && !table.leadsToPortal() && !toldClosed) {
                toldClosed = true;
                log.atWarn()
                        .addKeyValue("code", Trouble.PORTAL_CLOSED)
                        .log(
                                "this kernel does not redirect, the walled find the portal themselves");
            }
            if (structure == MeshTable.Structure.MADE) {
                log.atInfo().addKeyValue("table", table.name()).log("table made");
                if (MeshTable.bridgedFramesFiltered()) {
                    log.atWarn()
                            .log(
                                    "bridged frames are filtered: set net.bridge.bridge-nf-call-* to 0");
                }
            }
            load(rules, now);
            removeUnusedLimits();
            loaded = true;
            settled();
            return enforced();
        } catch (NetfilterFailure failure) {
            throw new EnforcementFailed(String.valueOf(failure.getMessage()), failure);
        }
    }

    @Override
    public Enforced change(Rules rules, List<Changed> changes, Instant now)
            throws EnforcementFailed {
        if (!loaded || !keysTellBans || !changes.stream().allMatch(NftablesFirewall::keyTellsBan)) {
            return replace(rules, now);
        }
        try {
            int before = table.generation();
            commit(changes, now);
            if (table.generation() == before + 1) {
                generation = generation == before ? before + 1 : generation;
            }
            return enforced();
        } catch (NetfilterFailure refused) {
            log.atWarn()
                    .addKeyValue("code", Trouble.CHANGE_DOES_NOT_FIT)
                    .addKeyValue("why", refused.getMessage())
                    .log("change does not fit the kernel's sets, loading all");
            return replace(rules, now);
        }
    }

    @Override
    public Optional<Enforced> check(Rules rules, Instant now) throws EnforcementFailed {
        try {
            if (loaded) {
                int current = table.generation();
                if (current != generation) {
                    if (table.intact()) {
                        generation = current;
                        compareDue = true;
                    } else {
                        loaded = false;
                    }
                }
                long sinceNanos = System.nanoTime() - comparedNanos;
                if (loaded && compareDue && sinceNanos > compareIntervalMin.toNanos()) {
                    compareDue = false;
                    comparedNanos = System.nanoTime();
                    loaded = same(rules, now);
                }
                if (loaded) {
                    return Optional.empty();
                }
            }
        } catch (NetfilterFailure failure) {
            throw new EnforcementFailed(String.valueOf(failure.getMessage()), failure);
        }
        restored++;
        log.atWarn()
                .addKeyValue("code", Trouble.TABLE_CHANGED)
                .addKeyValue("table", table.name())
                .addKeyValue("times", restored)
                .log("table was changed by another, restoring");
        return Optional.of(replace(rules, now));
    }

    private Enforced enforced() {
        Map<String, Long> told = new TreeMap<>(sizes);
        if (restored > 0) {
            told.put(RESTORED, restored);
        }
        return new Enforced(told);
    }

    /** Our own change is done; from here on every other transaction is somebody else's. */
    private void settled() throws NetfilterFailure {
        generation = table.generation();
        compareDue = false;
        comparedNanos = System.nanoTime();
    }

    private void load(Rules rules, Instant now) throws NetfilterFailure {
        sizes.clear();
        bans.clear();
        gardens.clear();
        locals.clear();
        keysTellBans = true;
        Batch batch = table.batch();
        Set<String> objects = new HashSet<>();
        long[] singles = new long[2];
        for (String family : List.of("4", "6")) {
            for (String set : SETS) {
                flush(batch, set + family);
            }
            for (String way : WAYS) {
                flush(batch, way + family);
            }
            flush(batch, "ban" + family + "_ranges");
            flush(batch, "garden" + family);
            flush(batch, "local" + family);
        }
        rules.forEach((key, entry) -> {
            keysTellBans &= keyTellsBan(key, entry);
            if (entry instanceof Ban ban && ban.prefix().single()) {
                if (addSingle(batch, ban, now)) singles[ban.prefix().v6() ? 1 : 0]++;
                return;
            }
            take(entry);
            for (Element element : elements(entry)) {
                add(batch, element, objects);
            }
        });
        sizes.put("ban4", singles[0]);
        sizes.put("ban6", singles[1]);
        for (Ranges ranges : List.of(bans, gardens, locals)) {
            ranges.loadAll(batch, now);
        }
        table.commit(batch);
    }

    private void commit(List<Changed> changes, Instant now) throws NetfilterFailure {
        Set<Element> removed = new LinkedHashSet<>();
        Set<Element> added = new LinkedHashSet<>();
        List<Ban> unbanned = new ArrayList<>();
        List<Ban> banned = new ArrayList<>();
        for (Changed changed : changes) {
            changed.before()
                    .ifPresent(entry -> {
                        removed.addAll(elements(entry));
                        drop(entry);
                        if (entry instanceof Ban ban && ban.prefix().single()) {
                            unbanned.add(ban);
                        }
                    });
        }
        for (Changed changed : changes) {
            changed.after()
                    .ifPresent(entry -> {
                        added.addAll(elements(entry));
                        take(entry);
                        if (entry instanceof Ban ban && ban.prefix().single()) {
                            banned.add(ban);
                        }
                    });
        }
        Set<Element> kept = new HashSet<>(removed);
        kept.retainAll(added);
        removed.removeAll(kept);
        added.removeAll(kept);

        Batch batch = table.batch();
        unbanned.forEach(ban -> removeSingle(batch, ban));
        removed.forEach(element -> remove(batch, element));
        banned.forEach(ban -> {
            if (addSingle(batch, ban, now)) sizes.merge(singles(ban), 1L, Long::sum);
        });
        Set<String> objects = new HashSet<>();
        added.forEach(element -> add(batch, element, objects));
        for (Ranges ranges : List.of(bans, gardens, locals)) {
            ranges.loadChanges(batch, now);
        }
        removed.stream()
                .flatMap(element -> element.object().stream())
                .filter(object -> object.startsWith("lane.") && !objects.contains(object))
                .filter(object ->
                        kept.stream().noneMatch(e -> e.object().equals(Optional.of(object))))
                .distinct()
                .forEach(batch::removeLimit);
        table.commit(batch);
    }

    private void flush(Batch batch, String set) {
        batch.flush(set);
        sizes.put(set, 0L);
    }

    /** Single bans are told apart by their keys; two keys for one address would undo each other. */
    private static boolean keyTellsBan(String key, Entry entry) {
        if (!(entry instanceof Ban ban)) {
            return true;
        }
        return key.length() == 4 + ban.text().length()
                && key.startsWith("ban:")
                && key.endsWith(ban.text());
    }

    private static boolean keyTellsBan(Changed changed) {
        return changed.before().stream().allMatch(entry -> keyTellsBan(changed.key(), entry))
                && changed.after().stream().allMatch(entry -> keyTellsBan(changed.key(), entry));
    }

    /** Notes what an entry adds to the sets of ranges. */
    private void take(Entry entry) {
        switch (entry) {
            case Ban ban -> {
                if (!ban.prefix().single()) {
                    bans.add(ban.prefix(), ban.until());
                }
            }
            case Garden garden -> {
                gardens.add(garden.prefix(), FOREVER);
                locals.add(garden.prefix(), FOREVER);
            }
            case Attachment attachment ->
                    attachment.prefixes().forEach(prefix -> locals.add(prefix, FOREVER));
            case Unreadable unreadable -> sizes.merge(UNREADABLE, 1L, Long::sum);
        }
    }

    private void drop(Entry entry) {
        switch (entry) {
            case Ban ban -> {
                if (!ban.prefix().single()) {
                    bans.remove(ban.prefix(), ban.until());
                }
            }
            case Garden garden -> {
                gardens.remove(garden.prefix(), FOREVER);
                locals.remove(garden.prefix(), FOREVER);
            }
            case Attachment attachment ->
                    attachment.prefixes().forEach(prefix -> locals.remove(prefix, FOREVER));
            case Unreadable unreadable -> sizes.merge(UNREADABLE, -1L, Long::sum);
        }
    }

    /** The elements of an attachment: its counters, and where it stands in the lanes. */
    private List<Element> elements(Entry entry) {
        if (!(entry instanceof Attachment attachment)) {
            return List.of();
        }
        List<Element> elements = new ArrayList<>();
        for (Prefix prefix : attachment.prefixes().toList()) {
            String family = prefix.v6() ? "6" : "4";
            for (String way : WAYS) {
                elements.add(
                        new Element(
                                way + family,
                                prefix,
                                Optional.of(
                                        MeshTable.counterName(
                                                attachment.id(), attachment.own(), way))));
            }
            if (attachment.own()) {
                elements.add(new Element("own" + family, prefix, Optional.empty()));
            }
            switch (attachment.lane()) {
                case Lane.Full full -> {}
                case Lane.Walled walled ->
                        elements.add(new Element("walled" + family, prefix, Optional.empty()));
                case Lane.Dropped dropped ->
                        elements.add(new Element("dropped" + family, prefix, Optional.empty()));
                case Lane.Slow slow -> {
                    if (attachment.own() || gateway) {
                        for (String way : List.of("up", "down")) {
                            String limit =
                                    "lane."
                                            + attachment.id()
                                            + "."
                                            + way
                                            + "."
                                            + bytesPerSecond(slow, attachment);
                            elements.add(
                                    new Element(
                                            "lane_" + way + family, prefix, Optional.of(limit)));
                        }
                    }
                }
            }
        }
        return elements;
    }

    private static long bytesPerSecond(Lane.Slow slow, Attachment attachment) {
        long exact = slow.kbit() * 125;
        return attachment.own() ? exact : (long) (exact * GATEWAY_SLACK);
    }

    private void add(Batch batch, Element element, Set<String> objects) {
        element.object().filter(objects::add).ifPresent(name -> make(batch, name));
        batch.addRange(
                element.set(),
                element.prefix().first().bytes(),
                element.prefix().last().next().map(Address::bytes),
                0,
                element.object());
        sizes.merge(element.set(), 1L, Long::sum);
    }

    private static void make(Batch batch, String object) {
        if (object.startsWith("lane.")) {
            long rate = Long.parseLong(object.substring(object.lastIndexOf('.') + 1));
            batch.limit(
                    object, rate, (int) Math.max(BURST_BYTES_MIN, Math.min(rate / 10, 1 << 24)));
        } else {
            batch.counter(object);
        }
    }

    private void remove(Batch batch, Element element) {
        batch.removeRange(
                element.set(),
                element.prefix().first().bytes(),
                element.prefix().last().next().map(Address::bytes));
        sizes.merge(element.set(), -1L, Long::sum);
    }

    private static String singles(Ban ban) {
        return ban.prefix().v6() ? "ban6" : "ban4";
    }

    /** False for one that has ended. */
    private static boolean addSingle(Batch batch, Ban ban, Instant now) {
        if (!ban.until().isAfter(now)) return false;
        batch.add(singles(ban), ban.prefix().first().bytes(), timeoutMillis(ban.until(), now));
        return true;
    }

    private void removeSingle(Batch batch, Ban ban) {
        String set = singles(ban);
        byte[] address = ban.prefix().first().bytes();
        if (!ban.until().equals(FOREVER)) {
            batch.add(set, address, 0); // It may have ended; what is not there cannot be removed.
        }
        batch.remove(set, address);
        sizes.merge(set, -1L, (was, one) -> Math.max(0, was + one));
    }

    private static long timeoutMillis(Instant until, Instant now) {
        if (until.equals(FOREVER)) {
            return 0;
        }
        long seconds = until.getEpochSecond() - now.getEpochSecond();
        if (seconds >= TIMEOUT_MAX.toSeconds()) {
            return TIMEOUT_MAX.toMillis();
        }
        long nanos = (long) until.getNano() - now.getNano();
        return Math.max(1, seconds * 1_000 + Math.floorDiv(nanos, NANOS_PER_MILLI));
    }

    private void removeUnusedLimits() throws NetfilterFailure {
        List<String> unused = table.unusedLimits();
        if (!unused.isEmpty()) {
            Batch batch = table.batch();
            unused.forEach(batch::removeLimit);
            table.commit(batch);
        }
    }

    /** Whether the kernel's sets hold what they should; ends that are near are left out of the comparison. */
    private boolean same(Rules rules, Instant now) throws NetfilterFailure {
        Map<String, Digest> expected = new HashMap<>();
        Set<String> ending = new HashSet<>();
        sizes.keySet().stream()
                .filter(set -> !set.equals(UNREADABLE))
                .forEach(set -> expected.put(set, new Digest()));
        rules.forEach((key, entry) -> {
            if (entry instanceof Ban ban && ban.prefix().single()) {
                String set = ban.prefix().v6() ? "ban6" : "ban4";
                expect(expected, ending, set, ban.prefix().first().bytes(), "", ban.until(), now);
            }
            for (Element element : elements(entry)) {
                byte[] first = element.prefix().first().bytes();
                String object = element.object().orElse("");
                expect(expected, ending, element.set(), first, object, FOREVER, now);
                element.prefix()
                        .last()
                        .next()
                        .ifPresent(after ->
                                expect(
                                        expected,
                                        ending,
                                        element.set(),
                                        after.bytes(),
                                        "",
                                        FOREVER,
                                        now));
            }
        });
        for (Ranges ranges : List.of(bans, gardens, locals)) {
            for (boolean v6 : List.of(false, true)) {
                for (Range range : ranges.table(v6).ranges()) {
                    String set = ranges.set(v6);
                    expect(expected, ending, set, range.first().bytes(), "", range.until(), now);
                    range.last()
                            .next()
                            .ifPresent(after ->
                                    expect(
                                            expected,
                                            ending,
                                            set,
                                            after.bytes(),
                                            "",
                                            range.until(),
                                            now));
                }
            }
        }
        for (var set : expected.entrySet()) {
            var actual = new Digest();
            table.elements(
                    set.getKey(),
                    element -> {
                        String key = set.getKey() + Arrays.toString(element.key());
                        if (ending.isEmpty() || !ending.contains(key)) {
                            actual.add(element.key(), element.object());
                        }
                    });
            if (!actual.equals(set.getValue())) {
                log.atWarn()
                        .addKeyValue("set", set.getKey())
                        .log("set differs from the access list");
                return false;
            }
        }
        return true;
    }

    private static void expect(
            Map<String, Digest> expected,
            Set<String> ending,
            String set,
            byte[] key,
            String object,
            Instant until,
            Instant now) {
        if (!until.equals(FOREVER) && Duration.between(now, until).abs().compareTo(ENDING) < 0) {
            ending.add(set + Arrays.toString(key));
        } else if (until.isAfter(now)) {
            expected.computeIfAbsent(set, absent -> new Digest()).add(key, object);
        }
    }

    /** What a set holds, whatever the order. */
    private static final class Digest {

        private long count;
        private long sum;

        void add(byte[] key, String object) {
            count++;
            long mixed = 0xcbf29ce484222325L;
            for (byte b : key) {
                mixed = (mixed ^ (b & 0xff)) * 0x100000001b3L;
            }
            mixed ^= object.hashCode();
            sum += (mixed ^ mixed >>> 29) * 0x9e3779b97f4a7c15L;
        }

        boolean equals(Digest other) {
            return count == other.count && sum == other.sum;
        }
    }

    /** Two interval sets, one per family, and the table of ranges behind each. */
    private final class Ranges {

        private final String name;
        private final String suffix;
        private final RangeTable v4 = new RangeTable();
        private final RangeTable v6 = new RangeTable();
        private final Set<Prefix> changed = new HashSet<>();

        Ranges(String name, String suffix) {
            this.name = name;
            this.suffix = suffix;
        }

        RangeTable table(boolean six) {
            return six ? v6 : v4;
        }

        String set(boolean six) {
            return name + (six ? "6" : "4") + suffix;
        }

        void clear() {
            v4.clear();
            v6.clear();
            changed.clear();
        }

        void add(Prefix prefix, Instant until) {
            table(prefix.v6()).add(prefix, until);
            changed.add(prefix);
        }

        void remove(Prefix prefix, Instant until) {
            table(prefix.v6()).remove(prefix, until);
            changed.add(prefix);
        }

        void loadAll(Batch batch, Instant now) {
            changed.clear();
            for (boolean six : List.of(false, true)) {
                table(six).refreshAll(now);
                add(batch, six, table(six).ranges(), now);
                sizes.put(set(six), (long) table(six).ranges().size());
            }
        }

        void loadChanges(Batch batch, Instant now) {
            for (boolean six : List.of(false, true)) {
                List<Prefix> ofFamily = changed.stream().filter(p -> p.v6() == six).toList();
                if (ofFamily.isEmpty()) {
                    continue;
                }
                RangeTable.Delta delta = table(six).refresh(ofFamily, now);
                for (Range range : delta.removed()) {
                    byte[] first = range.first().bytes();
                    Optional<byte[]> after = range.last().next().map(Address::bytes);
                    if (!range.until().equals(FOREVER)) {
                        batch.addRange(set(six), first, after, 0, Optional.empty());
                    }
                    batch.removeRange(set(six), first, after);
                }
                add(batch, six, delta.added(), now);
                sizes.put(set(six), (long) table(six).ranges().size());
            }
            changed.clear();
        }

        private void add(Batch batch, boolean six, Collection<Range> ranges, Instant now) {
            for (Range range : ranges) {
                batch.addRange(
                        set(six),
                        range.first().bytes(),
                        range.last().next().map(Address::bytes),
                        timeoutMillis(range.until(), now),
                        Optional.empty());
            }
        }
    }

    @Override
    public boolean has(String part) {
        return table.has(part);
    }

    @Override
    public void close() {
        table.close();
    }
}
