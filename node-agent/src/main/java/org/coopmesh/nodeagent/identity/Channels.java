package org.coopmesh.nodeagent.identity;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.concurrent.TimeUnit;

/** The node's two connections: mutual TLS straight to the node ports of membership and billing. */
public final class Channels implements AutoCloseable {
    private static final int KEEPALIVE_SECONDS = 20;
    private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;

    private final ManagedChannel membership;
    private final ManagedChannel billing;

    /** Opens nothing yet: a channel connects with its first call, and again by itself. */
    public Channels(NodeIdentity identity, String membership, String billing) {
        this.membership = open(membership, identity.credentials());
        this.billing = open(billing, identity.credentials());
    }

    /** To membership: access list, topology, renewal. */
    public ManagedChannel membership() {
        return membership;
    }

    /** To billing: usage reports. */
    public ManagedChannel billing() {
        return billing;
    }

    @Override
    public void close() {
        membership.shutdownNow();
        billing.shutdownNow();
    }

    /**
     * A channel that finds a half-open link within 30 s.
     *
     * @param target host:port
     */
    static ManagedChannel open(String target, ChannelCredentials credentials) {
        return OkHttpChannelBuilder.forTarget("dns:///" + target, credentials)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .build();
    }
}
