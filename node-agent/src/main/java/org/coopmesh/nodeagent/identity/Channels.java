package org.coopmesh.nodeagent.identity;

import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.concurrent.TimeUnit;

/** The node's two connections: mutual TLS straight to the node ports of membership and billing. */
public final class Channels implements AutoCloseable {
    private static final int KEEPALIVE_SECONDS = 20;
    private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;

    private final CalledChannel membership;
    private final CalledChannel billing;

    /** Opens nothing yet: each connects when it is called. */
    public Channels(NodeIdentity identity, String membership, String billing) {
        this.membership = open(membership, identity.credentials());
        this.billing = open(billing, identity.credentials());
    }

    /** To membership: access list, topology, renewal. */
    public Channel membership() {
        return membership;
    }

    /** To billing: usage reports. */
    public Channel billing() {
        return billing;
    }

    @Override
    public void close() {
        membership.close();
        billing.close();
    }

    /**
     * A channel that finds a half-open link within 30 s.
     *
     * @param target host:port
     */
    static CalledChannel open(String target, ChannelCredentials credentials) {
        return new CalledChannel(() ->
                OkHttpChannelBuilder.forTarget("dns:///" + target, credentials)
                        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .build());
    }
}
