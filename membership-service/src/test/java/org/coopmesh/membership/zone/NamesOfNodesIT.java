package org.coopmesh.membership.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.coopmesh.contracts.membership.v1.FetchNamesRequest;
import org.coopmesh.contracts.membership.v1.FetchNamesResponse;
import org.coopmesh.contracts.membership.v1.NamesHead;
import org.coopmesh.contracts.membership.v1.NamesServiceGrpc;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.coopmesh.membership.node.AccessListKey;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What nodes are told of names: that there are others, which, and by whom signed. */
class NamesOfNodesIT extends ServedZone {
    @Autowired AccessListKey key;

    @Test
    void aNodeIsToldOfANewSerialAndFetchesWhatDiffers() throws Exception {
        Owner owner = owner();
        UUID goes = name(owner, "weg", "");
        name(owner, "da", "");
        long before = publish();
        var first = fetch(owner, 0, ByteString.EMPTY);
        assertThat(lines(first)).contains(addressOf(owner) + " weg.village.mesh");
        assertSigned(first);

        release(owner, goes);
        name(owner, "neu", "");
        name(owner, "kurz", "");
        publish();
        db.sql("select id from mesh_name where label = 'kurz'")
                .query(UUID.class)
                .list()
                .forEach(id -> {
                    try {
                        release(owner, id);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
        long after = publish();

        assertThat(
                        TopologyServiceGrpc.newBlockingStub(owner.agent().channel())
                                .reportTopology(ReportTopologyRequest.getDefaultInstance())
                                .getNamesSerial())
                .isEqualTo(after);
        var second = fetch(owner, before, head(first).getLinesHash());
        assertThat(second.getFirst().getFromSerial()).isEqualTo(before);
        assertThat(second.getFirst().getRemovedList())
                .anyMatch(line -> line.endsWith(" weg.village.mesh"))
                .noneMatch(line -> line.endsWith(" kurz.village.mesh"));
        assertThat(second.getFirst().getAddedList())
                .anyMatch(line -> line.endsWith(" neu.village.mesh"))
                .noneMatch(line -> line.endsWith(" kurz.village.mesh"))
                .noneMatch(line -> line.endsWith(" da.village.mesh"));
        var lines = new TreeSet<>(lines(first));
        second.forEach(page -> {
            lines.removeAll(page.getRemovedList());
            lines.addAll(page.getAddedList());
        });
        assertThat(ByteString.copyFrom(HostLines.hash(List.copyOf(lines))))
                .isEqualTo(head(second).getLinesHash());
        assertSigned(second);
    }

    @Test
    void whoseHashDiffersGetsEverything() throws Exception {
        Owner owner = owner();
        name(owner, "alles", "");
        long serial = publish();

        var pages = fetch(owner, serial, ByteString.copyFrom(new byte[32]));

        assertThat(pages.getFirst().getFromSerial()).isZero();
        assertThat(lines(pages)).hasSize(head(pages).getLines());
    }

    @Test
    void whoHasTheNewestGetsItsHeadAndNothingElse() throws Exception {
        Owner owner = owner();
        name(owner, "ruhe", "");
        long serial = publish();
        var all = fetch(owner, 0, ByteString.EMPTY);

        var pages = fetch(owner, serial, head(all).getLinesHash());

        assertThat(pages).hasSize(1);
        assertThat(pages.getFirst().getAddedCount() + pages.getFirst().getRemovedCount()).isZero();
        assertThat(head(pages).getSerial()).isEqualTo(serial);
    }

    @Test
    void whoIsNoNodeFetchesNothing() throws Exception {
        Owner owner = owner();
        ManagedChannel stranger = owner.agent().strangerChannel();
        try {
            assertThat(
                            catchThrowableOfType(
                                            StatusRuntimeException.class,
                                            () ->
                                                    NamesServiceGrpc.newBlockingStub(stranger)
                                                            .fetchNames(
                                                                    FetchNamesRequest
                                                                            .getDefaultInstance())
                                                            .next())
                                    .getStatus()
                                    .getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        } finally {
            stranger.shutdownNow();
        }
    }

    private static List<FetchNamesResponse> fetch(Owner owner, long serial, ByteString hash) {
        var pages = new ArrayList<FetchNamesResponse>();
        NamesServiceGrpc.newBlockingStub(owner.agent().channel())
                .fetchNames(
                        FetchNamesRequest.newBuilder()
                                .setHaveSerial(serial)
                                .setHaveLinesHash(hash)
                                .build())
                .forEachRemaining(pages::add);
        assertThat(pages.getLast().getLast()).isTrue();
        return pages;
    }

    private static List<String> lines(List<FetchNamesResponse> pages) {
        return pages.stream().flatMap(page -> page.getAddedList().stream()).toList();
    }

    private static NamesHead head(List<FetchNamesResponse> pages) throws Exception {
        return NamesHead.parseFrom(pages.getLast().getHead());
    }

    private void assertSigned(List<FetchNamesResponse> pages) throws Exception {
        var verifier = new Ed25519Signer();
        verifier.init(
                false, (Ed25519PublicKeyParameters) PublicKeyFactory.createKey(key.publicKey()));
        byte[] purpose = "coopmesh-names-v1\0".getBytes(StandardCharsets.US_ASCII);
        verifier.update(purpose, 0, purpose.length);
        byte[] head = pages.getLast().getHead().toByteArray();
        verifier.update(head, 0, head.length);
        assertThat(verifier.verifySignature(pages.getLast().getSignature().toByteArray())).isTrue();
        assertThat(pages.getLast().getKeyId()).isEqualTo(key.id());
        assertThat(head(pages).getZone()).isEqualTo("village.mesh");
    }
}
