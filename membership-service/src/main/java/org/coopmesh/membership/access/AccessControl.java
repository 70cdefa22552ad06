package org.coopmesh.membership.access;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.FailMode;
import org.coopmesh.membership.member.Coop;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.PayerId;
import org.coopmesh.membership.member.SiteFacts;
import org.coopmesh.membership.member.SiteId;
import org.coopmesh.membership.node.AccessListKey;
import org.coopmesh.membership.node.Attachment;
import org.coopmesh.membership.node.AttachmentId;
import org.coopmesh.membership.node.Bell;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRecordId;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.node.Prefix;
import org.coopmesh.membership.standing.SiteStanding;
import org.coopmesh.membership.standing.StandingReview;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Keeps the access list true: whatever changes a rule changes the list in the same transaction, in a new signed version.
 *
 * <p>Every verb locks the head first and reads the facts after that, so the last of two changes at once sees both.
 */
@Service
public class AccessControl {
    static final String RING = "access_list";
    private static final Logger log = LoggerFactory.getLogger(AccessControl.class);
    private static final byte[] PURPOSE =
            "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final String ATTACHMENT = "attachment:";
    private static final String BAN = "ban:";

    /** A node's clock may be behind the service's by this much and still find a new list valid. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final AccessLists lists;
    private final Bans bans;
    private final Policies policies;
    private final NodeRegister nodes;
    private final StandingReview standings;
    private final Membership membership;
    private final AccessListKey key;
    private final Bell bell;
    private final ApplicationEventPublisher hearers;
    private final Clock clock;

    AccessControl(
            AccessLists lists,
            Bans bans,
            Policies policies,
            NodeRegister nodes,
            StandingReview standings,
            Membership membership,
            AccessListKey key,
            Bell bell,
            ApplicationEventPublisher hearers,
            Clock clock) {
        this.lists = lists;
        this.bans = bans;
        this.policies = policies;
        this.nodes = nodes;
        this.standings = standings;
        this.membership = membership;
        this.key = key;
        this.bell = bell;
        this.hearers = hearers;
        this.clock = clock;
    }

    /** What follows from a standing now. */
    @Transactional(readOnly = true)
    public AccessPolicy policy() {
        return policies.current();
    }

    /** What the board set so far, newest first; at most {@code limit}. */
    @Transactional(readOnly = true)
    List<PolicyChange> policyChanges(int limit) {
        return policies.changes(limit);
    }

    /** Changes the policy and, with it, every rule it touches; who did and why is kept. */
    @Transactional
    public void change(AccessPolicy policy, int graceDays, String reason, UUID by) {
        AccessLists.Head head = lists.lockHead();
        policies.change(policy, graceDays, reason, by, clock.instant());
        standings.graceDays(graceDays);
        publish(head, everything(), true);
    }

    /** A node or what is attached to it has changed. */
    @Transactional
    void nodeChanged(NodeRecordId node) {
        AccessLists.Head head = lists.lockHead();
        var keys =
                new HashSet<>(lists.attachmentKeys(AccessLists.Column.NODE, List.of(node.value())));
        nodes.attachmentsOf(List.of(node)).forEach(a -> keys.add(ListEntry.keyOf(a.id())));
        publish(head, keys, false);
    }

    /** Who answers for a site, or who pays for it, has changed. */
    @Transactional
    void siteChanged(SiteId site) {
        AccessLists.Head head = lists.lockHead();
        publish(head, keysAt(Set.of(site)), false);
    }

    /** The states or the standing of members, or what payers owe, have changed. */
    @Transactional
    void standingChanged(Collection<MemberId> members, Collection<PayerId> payers) {
        AccessLists.Head head = lists.lockHead();
        var sites = new HashSet<SiteId>();
        for (MemberId member : members) {
            membership.sitesOf(member).forEach(site -> sites.add(site.id()));
        }
        for (PayerId payer : payers) {
            for (MemberFacts member : membership.factsOf(payer)) {
                for (SiteFacts site : membership.sitesOf(member.id())) {
                    sites.add(site.id());
                }
            }
        }
        var keys = new HashSet<>(keysAt(sites));
        keys.addAll(
                lists.attachmentKeys(
                        AccessLists.Column.MEMBER, members.stream().map(MemberId::value).toList()));
        keys.addAll(
                lists.attachmentKeys(
                        AccessLists.Column.PAYER, payers.stream().map(PayerId::value).toList()));
        publish(head, keys, false);
    }

    private Set<String> keysAt(Set<SiteId> sites) {
        var keys =
                new HashSet<>(
                        lists.attachmentKeys(
                                AccessLists.Column.SITE,
                                sites.stream().map(SiteId::value).toList()));
        nodes.attachmentsAt(sites).forEach(a -> keys.add(ListEntry.keyOf(a.id())));
        return keys;
    }

    /** Takes in what abuse reporting says of bans, in its order; all of it makes one version. */
    @Transactional
    void hear(List<Bans.Word> words) {
        AccessLists.Head head = lists.lockHead();
        Instant now = clock.instant();
        bans.take(words, now);
        var keys = new HashSet<String>();
        for (Bans.Word word : words) {
            keys.addAll(keysOf(word.target()));
        }
        publish(head, keys, false);
    }

    private Set<String> keysOf(Bans.Target target) {
        return switch (target) {
            case Bans.Target.Addresses(Prefix prefix) -> Set.of(ListEntry.banKey(prefix));
            case Bans.Target.WholeNode(NodeId id) ->
                    nodes.find(id).stream()
                            .flatMap(node -> nodes.attachmentsOf(List.of(node.id())).stream())
                            .map(attachment -> ListEntry.keyOf(attachment.id()))
                            .collect(Collectors.toSet());
        };
    }

    /** Recomputes everything; for the start, and for what touches everyone. */
    @Transactional
    void reviewAll() {
        AccessLists.Head head = lists.lockHead();
        publish(head, everything(), head.version() == 0);
    }

    /** Does what time alone has brought: graces and bans that ended, a list half-way to its own end, and a new key. */
    @Transactional
    void reviewDue() {
        Instant now = clock.instant();
        AccessLists.Head seen = lists.head();
        if (lists.due(now).isEmpty() && !renewalDue(seen, now)) {
            return;
        }
        AccessLists.Head head = lists.lockHead();
        publish(head, lists.due(now), renewalDue(head, now));
    }

    private boolean renewalDue(AccessLists.Head head, Instant now) {
        Instant issuedAt = head.issuedAt();
        Instant notAfter = head.notAfter();
        if (issuedAt == null || notAfter == null || !key.id().equals(head.keyId())) {
            return true;
        }
        Duration half = Duration.between(issuedAt, notAfter).dividedBy(2);
        return !now.isBefore(notAfter.minus(half));
    }

    @Transactional
    void trimLog() {
        lists.lockHead();
        lists.trimLog();
    }

    private Set<String> everything() {
        var keys = new HashSet<String>();
        for (ListEntry.Kind kind : ListEntry.Kind.values()) {
            keys.addAll(lists.keys(kind));
        }
        nodes.attached().forEach(attachment -> keys.add(ListEntry.keyOf(attachment.id())));
        bans.prefixes(clock.instant()).forEach(prefix -> keys.add(ListEntry.banKey(prefix)));
        garden().forEach(prefix -> keys.add(ListEntry.gardenKey(prefix)));
        return keys;
    }

    private Set<Prefix> garden() {
        return membership.constituted().map(Coop::garden).orElse(List.of()).stream()
                .map(Prefix::parse)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Computes what {@code keys} are to be now, and makes a version of it if anything differs, or if {@code always}. */
    private void publish(AccessLists.Head head, Set<String> keys, boolean always) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        AccessPolicy policy = policies.current();
        Map<String, ListEntry> wanted = wanted(keys, policy, now);
        Map<String, AccessLists.Kept> present = lists.kept(keys);
        var changes = new ArrayList<AccessLists.Change>();
        var removed = new ArrayList<String>();
        for (String changedKey : new TreeSet<>(keys)) {
            ListEntry entry = wanted.get(changedKey);
            AccessLists.Kept before = present.get(changedKey);
            if (entry == null) {
                if (before != null) {
                    removed.add(changedKey);
                    changes.add(new AccessLists.Change(changedKey, ByteString.EMPTY));
                }
            } else {
                var bytes = ByteString.copyFrom(entry.bytes());
                if (before == null || !bytes.equals(before.bytes())) {
                    changes.add(new AccessLists.Change(changedKey, bytes));
                }
            }
        }
        long version = head.version() + 1;
        // Reasons and review times change without a version; what stays as it is is not written.
        lists.put(
                wanted.values().stream()
                        .filter(entry -> {
                            AccessLists.Kept before = present.get(entry.key());
                            return before == null || !before.sameAs(entry);
                        })
                        .toList(),
                version,
                now);
        if (changes.isEmpty() && !always) {
            return;
        }
        if (!removed.isEmpty()) {
            lists.remove(removed);
        }
        var hash = EntriesHash.of(lists.bucketHashes());
        var touched = new HashSet<Integer>();
        changes.forEach(change -> touched.add(EntriesHash.bucketOf(change.key())));
        if (!touched.isEmpty()) {
            for (var bucket : lists.buckets(touched).entrySet()) {
                hash = hash.with(bucket.getKey(), bucket.getValue());
            }
        }
        var entriesHash = ByteString.copyFrom(hash.value());
        long added =
                changes.stream()
                        .filter(c -> !c.entry().isEmpty() && !present.containsKey(c.key()))
                        .count();
        long entries = head.entries() + added - removed.size();
        Instant notAfter = now.plus(policy.listLifetime());
        byte[] bytes =
                AccessListHead.newBuilder()
                        .setVersion(version)
                        .setNotBefore(ListEntry.timestamp(now.minus(CLOCK_TOLERANCE)))
                        .setNotAfter(ListEntry.timestamp(notAfter))
                        .setFailMode(
                                switch (policy.failMode()) {
                                    case KEEP -> FailMode.FAIL_MODE_KEEP;
                                    case OPEN -> FailMode.FAIL_MODE_OPEN;
                                })
                        .setEntriesHash(entriesHash)
                        .setEntries(entries)
                        .setIssuedAt(ListEntry.timestamp(now))
                        .build()
                        .toByteArray();
        AccessListKey.Signed signed = key.sign(toSign(bytes));
        lists.log(version, entriesHash, changes, now);
        lists.saveHead(
                new AccessLists.Head(
                        version,
                        ByteString.copyFrom(bytes),
                        ByteString.copyFrom(signed.signature()),
                        signed.keyId(),
                        entriesHash,
                        entries,
                        now,
                        notAfter),
                hash.bucketHashes());
        bell.ring(RING, Long.toString(version));
        hearers.publishEvent(new ListPublished(version));
        log.atInfo()
                .addKeyValue("version", version)
                .addKeyValue("changes", changes.size())
                .log("access list issued");
    }

    private static byte[] toSign(byte[] head) {
        byte[] signed = new byte[PURPOSE.length + head.length];
        System.arraycopy(PURPOSE, 0, signed, 0, PURPOSE.length);
        System.arraycopy(head, 0, signed, PURPOSE.length, head.length);
        return signed;
    }

    /** The entries that ought to be on the list; a key without one ought to be off it. */
    private Map<String, ListEntry> wanted(Set<String> keys, AccessPolicy policy, Instant now) {
        var wanted = new HashMap<String, ListEntry>();
        var attachmentIds = new ArrayList<AttachmentId>();
        var bannable = new ArrayList<Prefix>();
        for (String wantedKey : keys) {
            if (wantedKey.startsWith(ATTACHMENT)) {
                attachmentIds.add(
                        new AttachmentId(
                                UUID.fromString(wantedKey.substring(ATTACHMENT.length()))));
            } else if (wantedKey.startsWith(BAN)) {
                bannable.add(Prefix.parse(wantedKey.substring(BAN.length())));
            }
        }
        for (Prefix prefix : garden()) {
            if (keys.contains(ListEntry.gardenKey(prefix))) {
                wanted.put(ListEntry.gardenKey(prefix), ListEntry.garden(prefix));
            }
        }
        bans.ofPrefixes(bannable, now)
                .forEach((prefix, until) ->
                        wanted.put(ListEntry.banKey(prefix), ListEntry.ban(prefix, until.at())));
        for (ListEntry entry : attachmentEntries(attachmentIds, policy, now)) {
            wanted.put(entry.key(), entry);
        }
        return wanted;
    }

    private List<ListEntry> attachmentEntries(
            List<AttachmentId> ids, AccessPolicy policy, Instant now) {
        if (ids.isEmpty()) {
            return List.of();
        }
        List<Attachment> attachments = nodes.attached(ids);
        var owners = new HashMap<NodeRecordId, Node>();
        nodes.all(attachments.stream().map(Attachment::node).collect(Collectors.toSet()))
                .forEach(node -> owners.put(node.id(), node));
        var nodeIds =
                owners.values().stream()
                        .flatMap(node -> node.nodeId().stream())
                        .collect(Collectors.toSet());
        Map<NodeId, List<Bans.Until>> nodeBans = bans.ofNodes(nodeIds, now);
        Map<SiteId, SiteStanding> sites =
                standings.ofSites(
                        attachments.stream().map(Attachment::site).collect(Collectors.toSet()),
                        now);
        ZoneId zone = membership.constituted().map(Coop::zone).orElse(ZoneOffset.UTC);
        var entries = new ArrayList<ListEntry>();
        for (Attachment attachment : attachments) {
            Node node = owners.get(attachment.node());
            NodeId nodeId = node == null ? null : node.nodeId().orElse(null);
            if (node == null || nodeId == null) {
                continue; // Nobody can be behind a node that has not enrolled yet.
            }
            SiteStanding standing = sites.get(attachment.site());
            var facts =
                    new AccessPolicy.AttachmentFacts(
                            standing == null ? null : standing.state(),
                            standing == null ? List.of() : standing.standings(),
                            node instanceof Node.Revoked,
                            nodeBans.getOrDefault(nodeId, List.of()).stream()
                                    .map(until -> new AccessPolicy.NodeBan(until.at()))
                                    .toList());
            entries.add(
                    ListEntry.of(attachment, nodeId, standing, policy.verdict(facts, zone, now)));
        }
        return entries;
    }
}
