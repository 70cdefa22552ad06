package org.coopmesh.nodeagent.identity;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.function.Supplier;

/**
 * A channel that connects when it is called and at no other time: where a call fails for want of a connection, the next call
 * tries at once, and between them nothing is tried. gRPC's own would try again by itself, seven times within a minute, whatever
 * its caller waits: thousands of nodes that come back would be a flood. May be used by many threads.
 */
final class CalledChannel extends Channel implements AutoCloseable {
    private final Supplier<ManagedChannel> opener;
    private ManagedChannel current;
    private boolean closed;

    /** @param opener makes channels that connect to the same place */
    CalledChannel(Supplier<ManagedChannel> opener) {
        this.opener = opener;
        this.current = opener.get();
        watch(current);
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        return current().newCall(method, options);
    }

    @Override
    public String authority() {
        return current().authority();
    }

    /** Ends every call. */
    @Override
    public synchronized void close() {
        closed = true;
        current.shutdownNow();
    }

    private synchronized ManagedChannel current() {
        return current;
    }

    private void watch(ManagedChannel channel) {
        ConnectivityState state = channel.getState(false);
        switch (state) {
            case SHUTDOWN -> {}
            case TRANSIENT_FAILURE -> replace(channel);
            default -> channel.notifyWhenStateChanged(state, () -> watch(channel));
        }
    }

    private synchronized void replace(ManagedChannel failed) {
        if (closed) return;
        current = opener.get();
        watch(current);
        // Calls on a connection that a server asked us to leave go on
        failed.shutdown();
    }
}
