package org.coopmesh.nodeagent.access;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.coopmesh.contracts.membership.v1.AccessEntry;
import org.coopmesh.contracts.membership.v1.AccessListChange;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.AccessRule;
import org.coopmesh.contracts.membership.v1.AddressBan;
import org.coopmesh.contracts.membership.v1.AttachmentAccess;
import org.coopmesh.contracts.membership.v1.FailMode;
import org.coopmesh.contracts.membership.v1.GardenPrefix;
import org.coopmesh.nodeagent.access.AccessList.Change;

/** Entries and signed updates as membership makes them. */
final class TestLists {

    static final String NODE = "a".repeat(64);
    static final String OTHER_NODE = "b".repeat(64);
    static final String KEY_ID = "list-1";
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    static final String A = "00000000-0000-0000-0000-00000000000a";
    static final String B = "00000000-0000-0000-0000-00000000000b";

    private final Ed25519PrivateKeyParameters key =
            new Ed25519PrivateKeyParameters(new SecureRandom());
    private final String keyId;

    TestLists() {
        this(KEY_ID);
    }

    TestLists(String keyId) {
        this.keyId = keyId;
    }

    Map<String, byte[]> keys() {
        try {
            return Map.of(
                    keyId,
                    SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key.generatePublicKey())
                            .getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static AccessListHead.Builder head(long version, AccessList list) {
        return AccessListHead.newBuilder()
                .setVersion(version)
                .setNotBefore(at(NOW.minusSeconds(60)))
                .setNotAfter(at(NOW.plus(Duration.ofDays(7))))
                .setFailMode(FailMode.FAIL_MODE_KEEP)
                .setEntriesHash(ByteString.copyFrom(list.hash()))
                .setEntries(list.size())
                .setIssuedAt(at(NOW));
    }

    byte[] sign(byte[] head) {
        byte[] context = "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);
        var signer = new Ed25519Signer();
        signer.init(true, key);
        signer.update(context, 0, context.length);
        signer.update(head, 0, head.length);
        return signer.generateSignature();
    }

    ListFile.Known known(long version, AccessList list) {
        byte[] head = head(version, list).build().toByteArray();
        return new ListFile.Known(list, SignedHead.read(head, sign(head), keyId));
    }

    AccessListUpdate update(long from, List<Change> changes, AccessListHead.Builder head) {
        byte[] bytes = head.build().toByteArray();
        var update =
                AccessListUpdate.newBuilder()
                        .setFromVersion(from)
                        .setLast(true)
                        .setHead(ByteString.copyFrom(bytes))
                        .setSignature(ByteString.copyFrom(sign(bytes)))
                        .setKeyId(keyId);
        changes.forEach(change ->
                update.addChanges(
                        AccessListChange.newBuilder()
                                .setKey(change.key())
                                .setEntry(ByteString.copyFrom(change.entry()))));
        return update.build();
    }

    static List<Change> changes(AccessList list) {
        List<Change> changes = new ArrayList<>();
        list.forEach((entryKey, entry) -> changes.add(new Change(entryKey, entry)));
        return changes;
    }

    static AccessList list(Change... changes) {
        return AccessList.EMPTY.with(Arrays.asList(changes));
    }

    static Change attachment(String id, String node, int net, AccessRule rule, int kbit) {
        return new Change(
                "attachment:" + id,
                AccessEntry.newBuilder()
                        .setAttachment(
                                AttachmentAccess.newBuilder()
                                        .setAttachmentId(id)
                                        .setNodeId(node)
                                        .setPrefixV4("10.201." + net + ".0/24")
                                        .setPrefixV6("fd42:201:" + net + "::/64")
                                        .setRule(rule)
                                        .setSlowLaneKbit(kbit))
                        .build()
                        .toByteArray());
    }

    static Change full(String id, int net) {
        return attachment(id, NODE, net, AccessRule.ACCESS_RULE_FULL, 0);
    }

    static Change ban(String prefix, Optional<Instant> until) {
        var ban = AddressBan.newBuilder().setPrefix(prefix);
        until.ifPresent(end -> ban.setUntil(at(end)));
        return new Change(
                "ban:" + prefix, AccessEntry.newBuilder().setBan(ban).build().toByteArray());
    }

    static Change ban(String prefix) {
        return ban(prefix, Optional.empty());
    }

    static Change garden(String prefix) {
        return new Change(
                "garden:" + prefix,
                AccessEntry.newBuilder()
                        .setGarden(GardenPrefix.newBuilder().setPrefix(prefix))
                        .build()
                        .toByteArray());
    }

    static Change gone(Change change) {
        return new Change(change.key(), new byte[0]);
    }

    static Timestamp at(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /** The entries of a list as the firewall gets them. */
    static Firewall.Rules rules(AccessList list) {
        return each ->
                list.forEach((entryKey, entry) -> each.accept(entryKey, Entry.read(entry, NODE)));
    }

    /** What lies between two lists. */
    static List<Firewall.Changed> between(AccessList before, List<Change> changes) {
        return changes.stream()
                .map(change ->
                        new Firewall.Changed(
                                change.key(),
                                before.find(change.key()).map(entry -> Entry.read(entry, NODE)),
                                Optional.of(change.entry())
                                        .filter(entry -> entry.length > 0)
                                        .map(entry -> Entry.read(entry, NODE))))
                .toList();
    }
}
