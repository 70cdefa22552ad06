package org.coopmesh.membership.access;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.coopmesh.contracts.membership.v1.AccessListChange;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;

/**
 * What many simulated nodes know, kept once. Nodes that had the same list and got the same bytes have the same list again: the
 * first one checks it as an agent does (signature, version, every hash), the others compare the bytes.
 */
final class SharedLists {
    private static final byte[] PURPOSE =
            "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);

    private final byte[] listKey;
    private final Map<Long, Known> byVersion = new HashMap<>();
    private final Known nothing = new Known(null, List.of(), 0, EntriesHash.empty(), 0, buckets());

    SharedLists(byte[] listKey) {
        this.listKey = listKey;
    }

    /** Where a node begins that has no list. */
    Known nothing() {
        return nothing;
    }

    @SuppressWarnings("unchecked")
    private static SortedMap<EntriesHash.Key, byte[]>[] buckets() {
        var buckets =
                (SortedMap<EntriesHash.Key, byte[]>[]) new SortedMap<?, ?>[EntriesHash.BUCKETS];
        Arrays.fill(buckets, new TreeMap<>());
        return buckets;
    }

    /** Bytes of an update and where they lead. */
    private record Step(byte[] update, Known next) {}

    /** A list, or a list and pages that do not count yet. */
    final class Known {
        /** The list that {@code pages} are put on; null where there are none. */
        private final Known under;

        private final List<AccessListUpdate> pages;
        private final long version;
        private final EntriesHash hash;
        private final long entries;
        private final SortedMap<EntriesHash.Key, byte[]>[] buckets;
        private final List<Step> steps = new CopyOnWriteArrayList<>();

        private Known(
                Known under,
                List<AccessListUpdate> pages,
                long version,
                EntriesHash hash,
                long entries,
                SortedMap<EntriesHash.Key, byte[]>[] buckets) {
            this.under = under;
            this.pages = pages;
            this.version = version;
            this.hash = hash;
            this.entries = entries;
            this.buckets = buckets;
        }

        long version() {
            return version;
        }

        long entries() {
            return entries;
        }

        ByteString hash() {
            return version == 0 ? ByteString.EMPTY : ByteString.copyFrom(hash.value());
        }

        /** Whether there are pages that do not count yet. */
        boolean incomplete() {
            return under != null;
        }

        /** The list that counts. */
        Known inForce() {
            return under == null ? this : under;
        }

        /** Whether the list came whole, not as a change of the one before. */
        boolean whole(byte[] update) throws Exception {
            return AccessListUpdate.parseFrom(update).getFromVersion() == 0;
        }

        /**
         * Takes one page.
         *
         * @throws AssertionError if an agent would refuse it, or if a change is left out or comes twice
         */
        Known take(byte[] update) throws Exception {
            Known known = seen(update);
            if (known != null) {
                return known;
            }
            synchronized (SharedLists.this) {
                known = seen(update);
                if (known == null) {
                    known = next(AccessListUpdate.parseFrom(update));
                    steps.add(new Step(update, known));
                }
                return known;
            }
        }

        private Known seen(byte[] update) {
            for (Step step : steps) {
                if (Arrays.equals(step.update, update)) {
                    return step.next;
                }
            }
            return null;
        }

        private Known next(AccessListUpdate page) throws Exception {
            Known list = inForce();
            if (page.getFromVersion() != 0 && page.getFromVersion() != list.version) {
                throw new AssertionError(
                        "a change from " + page.getFromVersion() + " for " + list.version);
            }
            var all = new ArrayList<>(pages);
            all.add(page);
            if (!page.getLast()) {
                return new Known(list, all, list.version, list.hash, list.entries, list.buckets);
            }
            return list.with(all);
        }

        private Known with(List<AccessListUpdate> all) throws Exception {
            AccessListUpdate last = all.getLast();
            Known from = last.getFromVersion() == 0 ? nothing : this;
            var changed = new TreeMap<Integer, SortedMap<EntriesHash.Key, byte[]>>();
            for (AccessListUpdate page : all) {
                for (AccessListChange change : page.getChangesList()) {
                    var bucket =
                            changed.computeIfAbsent(
                                    EntriesHash.bucketOf(change.getKey()),
                                    number -> new TreeMap<>(from.buckets[number]));
                    var key = EntriesHash.Key.of(change.getKey());
                    if (change.getEntry().isEmpty()) {
                        bucket.remove(key);
                    } else {
                        bucket.put(key, change.getEntry().toByteArray());
                    }
                }
            }
            var after = from.buckets.clone();
            EntriesHash hashAfter = from.hash;
            long count = from.entries;
            for (var bucket : changed.entrySet()) {
                count += bucket.getValue().size() - after[bucket.getKey()].size();
                after[bucket.getKey()] = bucket.getValue();
                hashAfter = hashAfter.with(bucket.getKey(), bucket.getValue());
            }
            AccessListHead head = checked(last);
            if (head.getVersion() <= version) {
                throw new AssertionError("version " + head.getVersion() + " after " + version);
            }
            if (head.getEntries() != count
                    || !Arrays.equals(hashAfter.value(), head.getEntriesHash().toByteArray())) {
                throw new AssertionError("version " + head.getVersion() + " does not add up");
            }
            Known same = byVersion.get(head.getVersion());
            if (same == null) {
                same = new Known(null, List.of(), head.getVersion(), hashAfter, count, after);
                byVersion.put(head.getVersion(), same);
            } else if (!Arrays.equals(same.hash.value(), hashAfter.value())) {
                throw new AssertionError("two lists of version " + head.getVersion());
            }
            return same;
        }

        private AccessListHead checked(AccessListUpdate last) throws Exception {
            var verifier = new Ed25519Signer();
            verifier.init(false, PublicKeyFactory.createKey(listKey));
            verifier.update(PURPOSE, 0, PURPOSE.length);
            verifier.update(last.getHead().toByteArray(), 0, last.getHead().size());
            if (!verifier.verifySignature(last.getSignature().toByteArray())) {
                throw new AssertionError("the signature does not hold");
            }
            return AccessListHead.parseFrom(last.getHead());
        }
    }
}
