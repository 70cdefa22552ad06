package org.coopmesh.membership.access;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.coopmesh.contracts.membership.v1.AccessListChange;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;

/**
 * The list at one version and the way that led there, in memory, so that ten thousand streams cost one look at the database.
 * Not safe for several threads; pages it hands out are.
 */
final class ListMirror {
    /** Of a stream that does not read, this much and no more waits in memory; far below the 4 MiB that a gRPC client takes. */
    static final int PAGE_BYTES_MAX = 64 * 1024;

    /** More changes than this make a long way. */
    static final int SHORT_WAY_CHANGES_MAX = 25;

    /** Ways kept for whoever starts from the same version; others are made again. */
    private static final int WAYS_KEPT_MAX = 64;

    private static final int OVERHEAD_PER_CHANGE = 16;

    private AccessLists.Head head;
    private final Map<String, ByteString> entries;
    private final TreeMap<Long, ByteString> hashes = new TreeMap<>();
    private final TreeMap<Long, List<AccessLists.Change>> changes = new TreeMap<>();
    private final Map<Long, List<AccessListUpdate>> pages =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<Long, List<AccessListUpdate>> eldest) {
                    return size() > WAYS_KEPT_MAX;
                }
            };

    ListMirror(
            AccessLists.Head head,
            Map<String, ByteString> entries,
            SortedMap<Long, ByteString> versions,
            Map<Long, List<AccessLists.Change>> log) {
        this.head = head;
        this.entries = new HashMap<>(entries);
        hashes.putAll(versions);
        changes.putAll(log);
    }

    AccessLists.Head head() {
        return head;
    }

    /** Goes on to {@code next}; {@code versions} and {@code log} are everything after this version. */
    void advance(
            AccessLists.Head next,
            SortedMap<Long, ByteString> versions,
            Map<Long, List<AccessLists.Change>> log) {
        head = next;
        hashes.putAll(versions);
        new TreeMap<>(log)
                .forEach((version, changed) -> {
                    changes.put(version, changed);
                    for (AccessLists.Change change : changed) {
                        if (change.entry().isEmpty()) {
                            entries.remove(change.key());
                        } else {
                            entries.put(change.key(), change.entry());
                        }
                    }
                });
        while (hashes.size() > AccessLists.LOG_VERSIONS_MAX) {
            changes.remove(hashes.pollFirstEntry().getKey());
        }
        pages.clear();
    }

    /** The version a stream starts from: what the node has, if that is known here with the same hash; else 0. */
    long start(long haveVersion, ByteString haveHash) {
        return haveHash.equals(hashes.get(haveVersion)) ? haveVersion : 0;
    }

    /** The pages that lead from {@code version} to the newest; none when it is the newest. */
    List<AccessListUpdate> pagesFrom(long version) {
        if (head.version() == 0 || version == head.version()) {
            return List.of();
        }
        long from = hashes.containsKey(version) ? version : 0;
        List<AccessListUpdate> known = pages.get(from);
        if (known == null) {
            known = build(from);
            pages.put(from, known);
        }
        return known;
    }

    /** Whether it takes many changes, or the whole list, to get from {@code version} to the newest. */
    boolean longWayFrom(long version) {
        if (!hashes.containsKey(version)) {
            return entries.size() > SHORT_WAY_CHANGES_MAX;
        }
        int changed = 0;
        for (List<AccessLists.Change> each : changes.tailMap(version, false).values()) {
            changed += each.size();
            if (changed > SHORT_WAY_CHANGES_MAX) {
                return true;
            }
        }
        return false;
    }

    private List<AccessListUpdate> build(long from) {
        Map<String, ByteString> wanted = entries;
        if (from > 0) {
            var latest = new LinkedHashMap<String, ByteString>();
            changes.tailMap(from, false)
                    .values()
                    .forEach(all -> all.forEach(c -> latest.put(c.key(), c.entry())));
            wanted = latest;
        }
        var built = new ArrayList<AccessListUpdate>();
        var page = AccessListUpdate.newBuilder().setFromVersion(from);
        int bytes = 0;
        for (var change : wanted.entrySet()) {
            int size = change.getKey().length() + change.getValue().size() + OVERHEAD_PER_CHANGE;
            if (bytes > 0 && bytes + size > PAGE_BYTES_MAX) {
                built.add(page.build());
                page = AccessListUpdate.newBuilder().setFromVersion(from);
                bytes = 0;
            }
            page.addChanges(
                    AccessListChange.newBuilder()
                            .setKey(change.getKey())
                            .setEntry(change.getValue()));
            bytes += size;
        }
        built.add(
                page.setLast(true)
                        .setHead(head.head())
                        .setSignature(head.signature())
                        .setKeyId(head.keyId())
                        .build());
        return List.copyOf(built);
    }
}
