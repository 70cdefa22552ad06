package org.coopmesh.membership.node;

import java.util.Set;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/** Cuts what a barred key has open: here at the commit, on the other replicas when the bell rings. */
@Component
class KeyBar {
    private static final String RING = "key_barred";

    private final NodeSessions sessions;
    private final NodeRegister register;
    private final Bell bell;

    KeyBar(NodeSessions sessions, NodeRegister register, Bell bell) {
        this.sessions = sessions;
        this.register = register;
        this.bell = bell;
        bell.onRing(
                RING,
                node -> {
                    if (!node.isEmpty()) {
                        sessions.cut(new NodeId(node));
                    }
                });
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
    void tellReplicas(KeyBarred event) {
        bell.ring(RING, event.node().hex());
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
    void cut(KeyBarred event) {
        sessions.cut(event.node());
    }

    /** For a ring that nobody heard: whoever is connected and not in service is cut. */
    @Scheduled(fixedDelayString = "${coopmesh.node.check-interval:PT10S}")
    void lookAnyway() {
        Set<NodeId> connected = sessions.connected();
        Set<NodeId> inService = register.inService(connected);
        connected.stream().filter(node -> !inService.contains(node)).forEach(sessions::cut);
    }
}
