package org.coopmesh.nodeagent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChannelsTest {
    /** gRPC's own second attempt would come after 0.8 to 1.2 s, its third 1.3 to 1.9 s later. */
    private static final Duration IN_BETWEEN = Duration.ofSeconds(4);

    @Test
    void aCallTriesToConnectOnceAndNobodyKnocksInBetween() throws Exception {
        var knocks = new AtomicInteger();
        try (var door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> sendAway(door, knocks));
            try (var channel =
                    Channels.open(
                            "127.0.0.1:" + door.getLocalPort(), TlsChannelCredentials.create())) {
                for (int knocked = 1; knocked <= 3; knocked++) {
                    // The channel is told of a failure a moment after the caller
                    while (knocks.get() < knocked) fail(channel);
                    assertThat(knocks).hasValue(knocked);
                }

                Thread.sleep(IN_BETWEEN);

                assertThat(knocks).hasValue(3);
            }
        }
    }

    private static void sendAway(ServerSocket door, AtomicInteger knocks) {
        while (true) {
            try {
                var caller = door.accept();
                knocks.incrementAndGet();
                caller.close();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void fail(Channel channel) {
        assertThatThrownBy(() ->
                        UsageServiceGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(30, TimeUnit.SECONDS)
                                .reportUsage(ReportUsageRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failed ->
                                assertThat(failed.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNAVAILABLE));
    }
}
