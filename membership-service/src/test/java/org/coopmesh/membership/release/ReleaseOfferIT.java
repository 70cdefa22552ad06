package org.coopmesh.membership.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.coopmesh.contracts.membership.v1.FetchPieceRequest;
import org.coopmesh.contracts.membership.v1.ReleaseServiceGrpc;
import org.coopmesh.contracts.membership.v1.ReleaseState;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.coopmesh.membership.node.NetworkedService;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

class ReleaseOfferIT extends NetworkedService {
    private static final ByteString HASH = ByteString.copyFrom(new byte[32]);
    private static final byte[] FILE = {7, 8, 9};

    @DynamicPropertySource
    static void published(DynamicPropertyRegistry settings) throws Exception {
        Path dir = Files.createTempDirectory("release");
        Files.write(dir.resolve("manifest"), new byte[] {1, 2});
        Files.write(dir.resolve("signature"), new byte[64]);
        Files.writeString(dir.resolve("share"), "50");
        Files.write(dir.resolve(HexFormat.of().formatHex(HASH.toByteArray())), FILE);
        settings.add("coopmesh.release.dir", dir::toString);
    }

    @Test
    void aNodeIsOfferedTheReleaseAndFetchesIt() throws Exception {
        try (var agent = agent()) {
            agent.enrol(register(person()).code());

            var offer =
                    TopologyServiceGrpc.newBlockingStub(agent.channel())
                            .reportTopology(
                                    ReportTopologyRequest.newBuilder()
                                            .setRelease(
                                                    ReleaseState.newBuilder()
                                                            .setVersion("x".repeat(1_000)))
                                            .build())
                            .getRelease();
            var service = ReleaseServiceGrpc.newBlockingStub(agent.channel());
            var request = FetchPieceRequest.newBuilder().setSha256(HASH).setOffset(1);

            assertThat(offer.getManifest()).isEqualTo(ByteString.copyFrom(new byte[] {1, 2}));
            assertThat(offer.getSignature().size()).isEqualTo(64);
            assertThat(offer.getSharePermille()).isEqualTo(50);
            assertThat(service.fetchPiece(request.build()).getContent())
                    .isEqualTo(ByteString.copyFrom(new byte[] {8, 9}));
            assertThat(refused(service, request.setOffset(3))).isEqualTo(Status.Code.NOT_FOUND);
            assertThat(refused(service, request.setSha256(ByteString.copyFromUtf8("manifest"))))
                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
    }

    @Test
    void whoIsNoNodeFetchesNothing() throws Exception {
        try (var agent = agent()) {
            ManagedChannel stranger = agent.strangerChannel();
            try {
                assertThat(
                                refused(
                                        ReleaseServiceGrpc.newBlockingStub(stranger),
                                        FetchPieceRequest.newBuilder().setSha256(HASH)))
                        .isEqualTo(Status.Code.UNAUTHENTICATED);
            } finally {
                stranger.shutdownNow();
            }
        }
    }

    private static Status.Code refused(
            ReleaseServiceGrpc.ReleaseServiceBlockingStub service,
            FetchPieceRequest.Builder request) {
        return catchThrowableOfType(
                        StatusRuntimeException.class, () -> service.fetchPiece(request.build()))
                .getStatus()
                .getCode();
    }
}
