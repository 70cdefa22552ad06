package org.coopmesh.load;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.coopmesh.contracts.membership.v1.AccessListHead;
import org.coopmesh.contracts.membership.v1.AccessListMessage;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.coopmesh.contracts.membership.v1.EnrolRequest;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.EnrolmentServiceGrpc;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;
import org.coopmesh.quickstart.Village;

/**
 * Nodes without a machine: each enrols with a code and keys of its own, follows the access list over a connection of its own,
 * and answers each version with a receipt, as an agent does. They keep no list and filter nothing. Once told to, they also report
 * usage ({@link SimulatedReports}).
 */
final class SimulatedNodes implements AutoCloseable {
    private static final int KEEPALIVE_SECONDS = 20;
    private static final int AGAIN_MILLIS_MIN = 500;
    private static final int AGAIN_MILLIS_MAX = 5_000;

    private final InetSocketAddress port;
    private final File authority;
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final List<Node> nodes = new ArrayList<>();

    /** @param authority the co-op's CA, PEM */
    SimulatedNodes(InetSocketAddress port, File authority) {
        this.port = port;
        this.authority = authority;
    }

    /** So many more enrol, with codes as the page of a new node shows them, and follow the list. */
    void join(int count, Supplier<Village.NewNode> registered) throws Exception {
        ManagedChannel stranger =
                channel(TlsChannelCredentials.newBuilder().trustManager(authority));
        try {
            var enrolment = EnrolmentServiceGrpc.newBlockingStub(stranger);
            var more = new ArrayList<Node>();
            for (int i = 0; i < count; i++) more.add(enrol(enrolment, registered.get()));
            // Each that enrols makes a version of the list, which those who follow are all sent
            nodes.addAll(more);
            more.forEach(Node::follow);
        } finally {
            stranger.shutdownNow();
        }
    }

    /** The identity of one, what it is known by over TLS, and the id under which the register keeps it. */
    record Known(String id, KeyPair identity, TlsChannelCredentials.Builder credentials) {}

    List<Known> known() {
        return nodes.stream()
                .map(node -> new Known(node.id, node.identity, node.credentials.get()))
                .toList();
    }

    /** How many have been answered a receipt of {@code version} or a later one. */
    long on(long version) {
        return nodes.stream().filter(node -> node.answered >= version).count();
    }

    /** The newest version that any of them was sent. */
    long newest() {
        return nodes.stream().mapToLong(node -> node.version).max().orElse(0);
    }

    private ManagedChannel channel(TlsChannelCredentials.Builder credentials) {
        return channel(port, credentials);
    }

    /** Over the loops that all nodes share. */
    ManagedChannel channel(InetSocketAddress to, TlsChannelCredentials.Builder credentials) {
        return NettyChannelBuilder.forAddress(to, credentials.build())
                .overrideAuthority("localhost")
                .eventLoopGroup(loops)
                .channelType(NioSocketChannel.class)
                .directExecutor()
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(4 << 20)
                .build();
    }

    private Node enrol(
            EnrolmentServiceGrpc.EnrolmentServiceBlockingStub enrolment, Village.NewNode registered)
            throws Exception {
        String code = registered.code();
        KeyPair identity = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var curve = KeyPairGenerator.getInstance("EC");
        curve.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair tls = curve.generateKeyPair();
        byte[] request =
                new JcaPKCS10CertificationRequestBuilder(
                                new X500Name("CN=simulated"), tls.getPublic())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(tls.getPrivate()))
                        .getEncoded();
        var signed = new ByteArrayOutputStream();
        signed.write("coopmesh-enrol-v1\0".getBytes(StandardCharsets.US_ASCII));
        signed.write(MessageDigest.getInstance("SHA-256").digest(request));
        signed.write(code.replace("-", "").toUpperCase().getBytes(StandardCharsets.US_ASCII));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(identity.getPrivate());
        signature.update(signed.toByteArray());
        EnrolResponse enrolled =
                enrolment.enrol(
                        EnrolRequest.newBuilder()
                                .setCode(code)
                                .setCertificationRequest(ByteString.copyFrom(request))
                                .setIdentityKey(
                                        ByteString.copyFrom(identity.getPublic().getEncoded()))
                                .setIdentitySignature(ByteString.copyFrom(signature.sign()))
                                .setAgentVersion("0.1.0")
                                .build());
        Supplier<TlsChannelCredentials.Builder> credentials =
                () -> {
                    try {
                        return TlsChannelCredentials.newBuilder()
                                .keyManager(
                                        pem("CERTIFICATE", enrolled.getCertificate().toByteArray()),
                                        pem("PRIVATE KEY", tls.getPrivate().getEncoded()))
                                .trustManager(authority);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                };
        return new Node(registered.id(), identity, credentials, channel(credentials.get()));
    }

    private static ByteArrayInputStream pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return new ByteArrayInputStream(
                ("-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** One node. Receipts go one at a time, each about the newest version. */
    private static final class Node {
        private final String id;
        private final KeyPair identity;
        private final Supplier<TlsChannelCredentials.Builder> credentials;
        private final ManagedChannel channel;
        private volatile long version;
        private volatile long answered;
        private AccessListHead head = AccessListHead.getDefaultInstance();
        private boolean due;
        private boolean underWay;

        private Node(
                String id,
                KeyPair identity,
                Supplier<TlsChannelCredentials.Builder> credentials,
                ManagedChannel channel) {
            this.id = id;
            this.identity = identity;
            this.credentials = credentials;
            this.channel = channel;
        }

        private void follow() {
            AccessListServiceGrpc.newStub(channel)
                    .watchAccessList(
                            WatchAccessListRequest.getDefaultInstance(),
                            new StreamObserver<>() {
                                @Override
                                public void onNext(AccessListMessage message) {
                                    if (message.hasUpdate() && message.getUpdate().getLast()) {
                                        take(message.getUpdate());
                                    }
                                }

                                @Override
                                public void onError(Throwable ended) {
                                    if (channel.isShutdown()) return;
                                    Thread.startVirtualThread(() -> {
                                        pause();
                                        follow();
                                    });
                                }

                                @Override
                                public void onCompleted() {
                                    follow();
                                }
                            });
        }

        private synchronized void take(AccessListUpdate update) {
            try {
                head = AccessListHead.parseFrom(update.getHead());
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
            version = head.getVersion();
            due = true;
            send();
        }

        private synchronized void send() {
            if (!due || underWay) {
                return;
            }
            due = false;
            underWay = true;
            long told = head.getVersion();
            AccessListServiceGrpc.newStub(channel)
                    .reportReceipt(
                            AccessListReceipt.newBuilder()
                                    .setVersion(told)
                                    .setEntriesHash(head.getEntriesHash())
                                    .setAppliedAt(head.getIssuedAt())
                                    .setApplyMillis(1)
                                    .build(),
                            new StreamObserver<>() {
                                @Override
                                public void onNext(AccessListReceiptAccepted accepted) {
                                    answered = told;
                                }

                                @Override
                                public void onError(Throwable away) {
                                    if (channel.isShutdown()) return;
                                    Thread.startVirtualThread(() -> {
                                        pause();
                                        again();
                                    });
                                }

                                @Override
                                public void onCompleted() {
                                    done();
                                }
                            });
        }

        /** The receipt did not arrive, or nobody said so. */
        private synchronized void again() {
            due = true;
            done();
        }

        private synchronized void done() {
            underWay = false;
            send();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(AGAIN_MILLIS_MIN, AGAIN_MILLIS_MAX));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws InterruptedException {
        nodes.forEach(node -> node.channel.shutdownNow());
        loops.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS).await(10_000);
    }
}
