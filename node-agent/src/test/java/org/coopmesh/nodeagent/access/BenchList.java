package org.coopmesh.nodeagent.access;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.coopmesh.contracts.membership.v1.AccessListChange;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc.AccessListServiceImplBase;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.AccessRule;
import org.coopmesh.contracts.membership.v1.AttachmentAccess;
import org.coopmesh.contracts.membership.v1.FailMode;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;
import org.coopmesh.nodeagent.access.AccessList.Change;

/** A list of any size and the service that hands it out, as membership would; for measurements. */
public final class BenchList extends AccessListServiceImplBase {

    /** Of the attachment whose clients the lab has. */
    public static final String OWN = "00000000-0000-0000-0000-00000000000a";

    private static final int PAGE_BYTES_MAX = 512 * 1024;
    private static final int PREFIX_OF = 100;

    private final BlockingQueue<StreamObserver<AccessListMessage>> streams =
            new LinkedBlockingQueue<>();
    private final BlockingQueue<AccessListReceipt> receipts = new LinkedBlockingQueue<>();
    private final UnaryOperator<byte[]> signer;
    private AccessList list = AccessList.EMPTY;
    private long version;
    private volatile boolean answering = true;

    /** @param signer signs a message with key {@code k1} */
    public BenchList(UnaryOperator<byte[]> signer) {
        this.signer = signer;
    }

    @Override
    public void watchAccessList(
            WatchAccessListRequest request, StreamObserver<AccessListMessage> stream) {
        if (answering) {
            streams.add(stream);
        } else {
            stream.onError(Status.UNAVAILABLE.asException());
        }
    }

    /** From now on no agent gets a stream. */
    public void pause() {
        answering = false;
        streams.clear();
    }

    public void goOn() {
        answering = true;
    }

    @Override
    public void reportReceipt(
            AccessListReceipt receipt, StreamObserver<AccessListReceiptAccepted> answer) {
        receipts.add(receipt);
        answer.onNext(AccessListReceiptAccepted.getDefaultInstance());
        answer.onCompleted();
    }

    /** The next agent that asks for the list. */
    public StreamObserver<AccessListMessage> stream() throws InterruptedException {
        return soon(streams);
    }

    /** The receipt of the newest version, or what went wrong. */
    public AccessListReceipt receipt() throws InterruptedException {
        while (true) {
            AccessListReceipt receipt = soon(receipts);
            if (!receipt.getFailure().isEmpty()) throw new AssertionError(receipt.getFailure());
            if (receipt.getVersion() == version) return receipt;
        }
    }

    private static <T> T soon(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(60, TimeUnit.SECONDS);
        if (next == null) throw new AssertionError("nothing came within a minute");
        return next;
    }

    /**
     * A new list: attachments of which the first is the node's own, bans of which every hundredth is a prefix and every tenth
     * is of IPv6, half of them with an end, and a garden.
     */
    public List<AccessListMessage> whole(String node, int attachments, int bans) {
        List<Change> changes = new ArrayList<>();
        changes.add(TestLists.garden("10.200.0.1/32"));
        changes.add(attachment(OWN, node, "10.201.1.0/24", "fd42:201:1::/64"));
        for (int i = 1; i < attachments; i++) {
            changes.add(
                    attachment(
                            "00000000-0000-0000-0001-%012x".formatted(i),
                            i % 10 == 0 ? node : "b".repeat(64),
                            "10.%d.%d.0/24".formatted(64 + i / 256, i % 256),
                            "fd43:%x::/64".formatted(i)));
        }
        Instant end = Instant.now().plus(Duration.ofDays(7));
        for (int i = 0; i < bans; i++) {
            String target;
            if (i % PREFIX_OF == 0) {
                target =
                        "%d.%d.%d.0/24".formatted(11 + i / PREFIX_OF / 256, i / PREFIX_OF % 256, 8);
            } else if (i % 10 == 1) {
                target = "2001:db8:%x:%x::1/128".formatted(i >> 16 & 0xffff, i & 0xffff);
            } else {
                target =
                        "%d.%d.%d.%d/32"
                                .formatted(100 + (i >> 16), i >> 8 & 255, i & 255, 1 + i % 250);
            }
            changes.add(TestLists.ban(target, i % 2 == 0 ? Optional.of(end) : Optional.empty()));
        }
        list = AccessList.EMPTY.with(changes);
        version++;
        return messages(0, changes);
    }

    /** One more ban. */
    public AccessListMessage ban(String prefix) {
        return changed(TestLists.ban(prefix));
    }

    /** One ban less. */
    public AccessListMessage lift(String prefix) {
        return changed(TestLists.gone(TestLists.ban(prefix)));
    }

    private AccessListMessage changed(Change change) {
        list = list.with(List.of(change));
        return messages(version++, List.of(change)).getFirst();
    }

    private static Change attachment(String id, String node, String v4, String v6) {
        var access =
                AttachmentAccess.newBuilder()
                        .setAttachmentId(id)
                        .setNodeId(node)
                        .setPrefixV4(v4)
                        .setPrefixV6(v6)
                        .setRule(AccessRule.ACCESS_RULE_FULL);
        return new Change(
                "attachment:" + id,
                org.coopmesh.contracts.membership.v1.AccessEntry.newBuilder()
                        .setAttachment(access)
                        .build()
                        .toByteArray());
    }

    private List<AccessListMessage> messages(long from, List<Change> changes) {
        List<AccessListMessage> pages = new ArrayList<>();
        var page = AccessListUpdate.newBuilder().setFromVersion(from);
        int bytes = 0;
        for (Change change : changes) {
            int size = change.key().length() + change.entry().length + 8;
            if (bytes + size > PAGE_BYTES_MAX) {
                pages.add(AccessListMessage.newBuilder().setUpdate(page).build());
                page = AccessListUpdate.newBuilder().setFromVersion(from);
                bytes = 0;
            }
            bytes += size;
            page.addChanges(
                    AccessListChange.newBuilder()
                            .setKey(change.key())
                            .setEntry(ByteString.copyFrom(change.entry())));
        }
        byte[] head =
                AccessListHead.newBuilder()
                        .setVersion(from == 0 ? version : from + 1)
                        .setNotBefore(at(Instant.now().minusSeconds(60)))
                        .setNotAfter(at(Instant.now().plus(Duration.ofDays(7))))
                        .setFailMode(FailMode.FAIL_MODE_KEEP)
                        .setEntriesHash(ByteString.copyFrom(list.hash()))
                        .setEntries(list.size())
                        .setIssuedAt(at(Instant.now()))
                        .build()
                        .toByteArray();
        byte[] context = "coopmesh-access-list-v1\0".getBytes(StandardCharsets.US_ASCII);
        byte[] signed = new byte[context.length + head.length];
        System.arraycopy(context, 0, signed, 0, context.length);
        System.arraycopy(head, 0, signed, context.length, head.length);
        page.setLast(true)
                .setHead(ByteString.copyFrom(head))
                .setSignature(ByteString.copyFrom(signer.apply(signed)))
                .setKeyId("k1");
        pages.add(AccessListMessage.newBuilder().setUpdate(page).build());
        return pages;
    }

    private static Timestamp at(Instant instant) {
        return TestLists.at(instant);
    }
}
