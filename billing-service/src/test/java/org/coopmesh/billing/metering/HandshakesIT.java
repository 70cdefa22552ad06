package org.coopmesh.billing.metering;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.coopmesh.rollout.Handshakes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More nodes than a port can greet, over real TLS. The port serves nothing: who is greeted hears just that. */
class HandshakesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path directory;

    /** Signs for nobody until it is let go. */
    private static final class SlowKey extends X509ExtendedKeyManager {
        private final AdvancedTlsX509KeyManager key = new AdvancedTlsX509KeyManager();
        private final CountDownLatch letGo = new CountDownLatch(1);

        @Override
        public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
            try {
                letGo.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return key.chooseEngineServerAlias(type, issuers, engine);
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return key.getCertificateChain(alias);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key.getPrivateKey(alias);
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return key.getServerAliases(type, issuers);
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    @Timeout(60)
    void whoCannotBeGreetedSoonIsSentAwayAtOnceAndTheOthersAreGreeted() throws Exception {
        var authority = new TestAuthority();
        authority.writeNodePort(directory);
        var slow = new SlowKey();
        slow.key.updateIdentityCredentials(
                directory.resolve("node-port-billing.crt").toFile(),
                directory.resolve("node-port-billing.key").toFile());
        Server server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress("127.0.0.1", 0),
                                TlsServerCredentials.newBuilder()
                                        .keyManager(slow)
                                        .trustManager(directory.resolve("ca.crt").toFile())
                                        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                                        .build())
                        .executor(new Handshakes(Runnable::run, 1, 1))
                        .build()
                        .start();
        var channels = new ArrayList<ManagedChannel>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var heard = new ExecutorCompletionService<Heard>(threads);
            for (int node = 0; node < 6; node++) {
                var channel = authority.connect(server.getPort(), new ReportingNode().id);
                channels.add(channel);
                heard.submit(() -> new Heard(channel, call(channel)));
            }
            for (int node = 0; node < 4; node++) {
                Heard sentAway = heard.take().get();
                assertThat(sentAway.code()).isEqualTo(Status.Code.UNAVAILABLE);
                sentAway.channel().shutdownNow();
            }
            assertThat(heard.poll(1, SECONDS)).as("one is greeted, one waits").isNull();

            slow.letGo.countDown();
            assertThat(heard.take().get().code()).isEqualTo(Status.Code.UNIMPLEMENTED);
            assertThat(heard.take().get().code()).isEqualTo(Status.Code.UNIMPLEMENTED);
            for (int node = 0; node < 4; node++) {
                var again = authority.connect(server.getPort(), new ReportingNode().id);
                channels.add(again);
                assertThat(call(again)).isEqualTo(Status.Code.UNIMPLEMENTED);
            }
        } finally {
            slow.letGo.countDown();
            channels.forEach(ManagedChannel::shutdownNow);
            server.shutdownNow().awaitTermination(10, SECONDS);
        }
    }

    private record Heard(ManagedChannel channel, Status.Code code) {}

    private static Status.Code call(ManagedChannel channel) {
        try {
            UsageServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PATIENCE)
                    .reportUsage(ReportUsageRequest.getDefaultInstance());
            throw new IllegalStateException("nobody serves this");
        } catch (StatusRuntimeException told) {
            return told.getStatus().getCode();
        }
    }
}
