package org.coopmesh.membership.access;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.coopmesh.contracts.membership.v1.AccessListReceipt;
import org.coopmesh.contracts.membership.v1.AccessListReceiptAccepted;
import org.coopmesh.contracts.membership.v1.AccessListServiceGrpc;
import org.coopmesh.contracts.membership.v1.Drain;
import org.coopmesh.contracts.membership.v1.WatchAccessListRequest;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.TestCertificates;

/**
 * Many nodes that follow the list, each over a connection of its own with a certificate of its own, and answer each version
 * with a receipt. They wait, go elsewhere and come back as the agent does.
 */
final class Fleet implements AutoCloseable {
    private static final Duration BACKOFF_FIRST = Duration.ofMillis(500);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(30);
    private static final Duration RECEIPT_RETRY = Duration.ofSeconds(5);
    private static final Duration RECEIPT_DEADLINE = Duration.ofSeconds(10);
    private static final int KEEPALIVE_SECONDS = 20;
    private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;
    private static final int CONNECTING_AT_ONCE = 64;
    private static final int UPDATE = 1;
    private static final int DRAIN = 2;

    /** Messages as they are, so that ten thousand equal ones are read once. */
    private static final MethodDescriptor<WatchAccessListRequest, byte[]> WATCH =
            AccessListServiceGrpc.getWatchAccessListMethod().toBuilder(
                            AccessListServiceGrpc.getWatchAccessListMethod().getRequestMarshaller(),
                            new Bytes())
                    .build();

    private final TestCertificates certificates;
    private final boolean bare;
    private final List<Agent> agents = new ArrayList<>();
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private final Semaphore connecting = new Semaphore(CONNECTING_AT_ONCE);
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final Queue<Long> gaps = new ConcurrentLinkedQueue<>();
    private final TrustManagerFactory trusted;
    private volatile List<Integer> ports;
    private volatile Wave wave;
    private volatile boolean closed;

    /**
     * Connects nothing yet.
     *
     * @param ports of the replicas; node i begins at the (i mod n)th
     * @param bare against {@link FanOutServer}, whose updates are no lists
     */
    Fleet(
            List<Integer> ports,
            TestCertificates certificates,
            List<TestCertificates.Identity> identities,
            boolean bare)
            throws Exception {
        this.ports = List.copyOf(ports);
        this.certificates = certificates;
        this.bare = bare;
        trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("ca", certificates.authority());
        trusted.init(store);
        var lists = new SharedLists(certificates.listKey());
        for (int i = 0; i < identities.size(); i++) {
            agents.add(new Agent(identities.get(i), i, lists));
        }
    }

    /** One node fetches the whole list; all others begin with it, as if it were on their disks. Returns when all are there. */
    void connect() throws Exception {
        var first = new Wave(1, bare ? 0 : 1);
        wave = first;
        connecting.acquire();
        agents.getFirst().open();
        first.await(Duration.ofMinutes(2));
        var all = new Wave(agents.size(), 0);
        wave = all;
        all.arrived(agents.getFirst());
        for (Agent agent : agents.subList(1, agents.size())) {
            connecting.acquire();
            agent.known = agents.getFirst().known;
            agent.open();
        }
        all.await(Duration.ofMinutes(10));
    }

    /** Nodes that will not come back, as revoked ones. */
    void leaveOut(List<Agent> gone) {
        List.copyOf(gone).forEach(agents::remove);
    }

    List<Agent> agents() {
        return agents;
    }

    /** What no agent should have seen; empty where all went well. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** Nanoseconds that nodes were without a stream, each from its end to the first word on the next. */
    List<Long> gaps() {
        return List.copyOf(gaps);
    }

    /** Where replicas are from now on, for who goes elsewhere. */
    void knows(List<Integer> ports) {
        this.ports = List.copyOf(ports);
    }

    /** Begins to look out for receipts of {@code version} or a later one, answered by the service. */
    Wave expect(long version) {
        var next = new Wave(agents.size(), version);
        wave = next;
        for (Agent agent : agents) {
            if (agent.answered >= version && version > 0) {
                next.arrived(agent);
            }
        }
        return next;
    }

    /** Ends when every node has been answered. */
    static final class Wave {
        private final long version;
        private final long[] nanos;
        private final AtomicInteger count = new AtomicInteger();
        private final CountDownLatch left;

        private Wave(int nodes, long version) {
            this.version = version;
            nanos = new long[nodes];
            left = new CountDownLatch(nodes);
        }

        private void arrived(Agent agent) {
            synchronized (agent) {
                if (agent.counted == this) {
                    return;
                }
                agent.counted = this;
            }
            int place = count.getAndIncrement();
            if (place < nanos.length) {
                nanos[place] = System.nanoTime();
            }
            left.countDown();
        }

        /** Milliseconds from {@code start} to each node's answer, in their order. */
        double[] await(long start, Duration patience) throws InterruptedException {
            await(patience);
            var millis = new double[nanos.length];
            for (int i = 0; i < millis.length; i++) {
                millis[i] = (nanos[i] - start) / 1e6;
            }
            Arrays.sort(millis);
            return millis;
        }

        /** As {@link #await}, where so many have gone for good. */
        void awaitAllBut(int gone, Duration patience) throws InterruptedException {
            for (int i = 0; i < gone; i++) {
                left.countDown();
            }
            await(patience);
        }

        void await(Duration patience) throws InterruptedException {
            if (!left.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        left.getCount() + " nodes are not on version " + version);
            }
        }
    }

    /** One node. */
    final class Agent {
        private final TestCertificates.Identity identity;
        private final SharedLists.Known nothing;
        final AtomicLong bytes = new AtomicLong();
        final AtomicInteger deltas = new AtomicInteger();
        final AtomicInteger wholes = new AtomicInteger();
        private int place;
        private ManagedChannel channel;
        private ClientCall<WatchAccessListRequest, byte[]> call;
        private ManagedChannel channelBefore;
        private ClientCall<WatchAccessListRequest, byte[]> callBefore;
        private boolean holdsTurn = true;
        private long boundMillis = BACKOFF_FIRST.toMillis();
        private volatile SharedLists.Known known;
        private volatile long answered;
        private volatile Status ended = Status.OK;
        private volatile long endedNanos;
        private volatile boolean away;
        private boolean drained;
        private boolean without;
        private long withoutSinceNanos;
        private long bareVersion;
        private boolean receiptDue;
        private boolean receiptUnderWay;
        private Wave counted;

        private Agent(TestCertificates.Identity identity, int place, SharedLists lists) {
            this.identity = identity;
            this.place = place;
            nothing = lists.nothing();
            known = nothing;
        }

        NodeId id() {
            return identity.id();
        }

        SharedLists.Known list() {
            return known.inForce();
        }

        /** How its stream ended last, and when by the nanosecond clock. */
        Status ended() {
            return ended;
        }

        long endedNanos() {
            return endedNanos;
        }

        /** Goes, and does not come back before {@link #comeBack}. */
        synchronized void goAway() {
            away = true;
            drained = false;
            leaveBefore();
            if (channel != null) {
                channel.shutdownNow();
            }
        }

        synchronized void forgetList() {
            known = nothing;
            answered = 0;
        }

        synchronized void comeBack() {
            away = false;
            open();
        }

        private synchronized void open() {
            if (closed || away) {
                return;
            }
            int port = ports.get(Math.floorMod(place, ports.size()));
            known = known.inForce();
            channel =
                    NettyChannelBuilder.forAddress(
                                    new InetSocketAddress("127.0.0.1", port),
                                    TlsChannelCredentials.newBuilder()
                                            .keyManager(keyManager())
                                            .trustManager(trusted.getTrustManagers())
                                            .build())
                            .overrideAuthority("localhost")
                            .eventLoopGroup(loops)
                            .channelType(NioSocketChannel.class)
                            .directExecutor()
                            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                            .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                            .build();
            call = channel.newCall(WATCH, CallOptions.DEFAULT);
            var mine = call;
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onMessage(byte[] message) {
                            heard(mine, message);
                            mine.request(1);
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            over(mine, status);
                        }
                    },
                    new Metadata());
            call.sendMessage(
                    WatchAccessListRequest.newBuilder()
                            .setHaveVersion(known.version())
                            .setHaveEntriesHash(known.hash())
                            .build());
            call.halfClose();
            call.request(1);
        }

        private KeyManager keyManager() {
            return new OneCertificate(certificates.tls().getPrivate(), identity.certificate());
        }

        private synchronized void heard(ClientCall<?, ?> on, byte[] message) {
            if (on != call) {
                return; // As an agent, which reads no more of the stream it leaves.
            }
            boundMillis = BACKOFF_FIRST.toMillis();
            turnOver();
            if (without) {
                gaps.add(System.nanoTime() - withoutSinceNanos);
                without = false;
            } else if (callBefore != null) {
                gaps.add(0L);
            }
            leaveBefore();
            bytes.addAndGet(message.length);
            try {
                var in = CodedInputStream.newInstance(message);
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    int field = WireFormat.getTagFieldNumber(tag);
                    if (field == UPDATE) {
                        update(in.readByteArray());
                    } else if (field == DRAIN) {
                        drained = true;
                        ClientCall<?, ?> left = call;
                        long within =
                                1000L
                                        * Drain.parseFrom(in.readByteArray())
                                                .getReconnectWithinSeconds();
                        later.schedule(
                                () -> goElsewhere(left),
                                ThreadLocalRandom.current().nextLong(Math.max(1, within)),
                                TimeUnit.MILLISECONDS);
                    } else {
                        in.skipField(tag);
                    }
                }
            } catch (Exception | AssertionError e) {
                faults.add(id() + ": " + e);
            }
            Wave looking = wave;
            if (looking != null && looking.version == 0) {
                looking.arrived(this);
            }
        }

        private void update(byte[] update) throws Exception {
            if (bare) {
                bareVersion++;
                deltas.incrementAndGet();
                receiptDue = true;
                sendReceipt();
                return;
            }
            SharedLists.Known next = known.take(update);
            if (!next.incomplete()) {
                (next.whole(update) ? wholes : deltas).incrementAndGet();
                receiptDue = true;
            }
            known = next;
            if (!next.incomplete()) {
                sendReceipt();
            }
        }

        private synchronized void sendReceipt() {
            if (!receiptDue || receiptUnderWay || closed || away) {
                return;
            }
            receiptDue = false;
            receiptUnderWay = true;
            long version = bare ? bareVersion : list().version();
            var receipt = AccessListReceipt.newBuilder().setVersion(version).setApplyMillis(3);
            receipt.putSetSizes("banned4", 3).putSetSizes("banned6", 0).putSetSizes("lanes4", 500);
            if (!bare) {
                receipt.setEntriesHash(list().hash());
            }
            receipt.getAppliedAtBuilder().setSeconds(System.currentTimeMillis() / 1000);
            AccessListServiceGrpc.newStub(channel)
                    .withDeadlineAfter(RECEIPT_DEADLINE.toSeconds(), TimeUnit.SECONDS)
                    .reportReceipt(
                            receipt.build(),
                            new StreamObserver<>() {
                                @Override
                                public void onNext(AccessListReceiptAccepted accepted) {
                                    answered(version);
                                }

                                @Override
                                public void onError(Throwable failed) {
                                    notAnswered();
                                }

                                @Override
                                public void onCompleted() {}
                            });
        }

        private void answered(long version) {
            answered = version;
            Wave looking = wave;
            if (looking != null && looking.version > 0 && version >= looking.version) {
                looking.arrived(this);
            }
            synchronized (this) {
                receiptUnderWay = false;
                sendReceipt();
            }
        }

        private synchronized void notAnswered() {
            receiptUnderWay = false;
            receiptDue = true;
            if (!closed) {
                later.schedule(this::sendReceipt, RECEIPT_RETRY.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        /** As an agent: a drained stream is left once the next has spoken. */
        private synchronized void goElsewhere(ClientCall<?, ?> left) {
            if (call == left && !closed && !away) {
                callBefore = call;
                channelBefore = channel;
                drained = false;
                place++;
                open();
            }
        }

        /** However often it fails to come back: it is without a stream from the first moment on. */
        private void nothingLeft() {
            if (!without) {
                without = true;
                withoutSinceNanos = System.nanoTime();
            }
        }

        private void leaveBefore() {
            if (callBefore != null) {
                ClientCall<?, ?> leaving = callBefore;
                callBefore = null;
                leaving.cancel("drained", null);
                channelBefore.shutdownNow();
            }
        }

        private synchronized void turnOver() {
            if (holdsTurn) {
                holdsTurn = false;
                connecting.release();
            }
        }

        /** As an agent: barred ones wait long, the others come back after a random time below a bound that doubles. */
        private synchronized void over(ClientCall<?, ?> which, Status status) {
            if (which == callBefore) {
                // Before the next has spoken: from here on there is none.
                callBefore = null;
                channelBefore.shutdownNow();
                nothingLeft();
                return;
            }
            if (which != call) {
                return;
            }
            ended = status;
            endedNanos = System.nanoTime();
            nothingLeft();
            turnOver();
            leaveBefore();
            channel.shutdownNow();
            if (closed || away || status.getCode() == Status.Code.PERMISSION_DENIED) {
                return;
            }
            place++;
            long wait = drained ? 0 : 1 + ThreadLocalRandom.current().nextLong(boundMillis);
            drained = false;
            boundMillis = Math.min(BACKOFF_MAX.toMillis(), boundMillis * 2);
            later.schedule(this::open, wait, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        for (Agent agent : agents) {
            synchronized (agent) {
                if (agent.channel != null) {
                    agent.channel.shutdownNow();
                }
                if (agent.channelBefore != null) {
                    agent.channelBefore.shutdownNow();
                }
            }
        }
        later.shutdownNow();
        loops.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS).await(10_000);
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The certificate of one node, under the key that all share. */
    private static final class OneCertificate extends X509ExtendedKeyManager {
        private final PrivateKey key;
        private final X509Certificate certificate;

        private OneCertificate(PrivateKey key, X509Certificate certificate) {
            this.key = key;
            this.certificate = certificate;
        }

        @Override
        public String chooseEngineClientAlias(
                String[] keyTypes, Principal[] issuers, SSLEngine engine) {
            return "node";
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return "node";
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {"node"};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[0];
        }
    }
}
