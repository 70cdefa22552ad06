package org.coopmesh.membership.node;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Has keys and certificates changed when it is time, and the node port take up what has changed. */
@Component
class KeyUpkeep {
    private final KeyRotation rotation;
    private final ObjectProvider<NodePort> port;

    KeyUpkeep(KeyRotation rotation, ObjectProvider<NodePort> port) {
        this.rotation = rotation;
        this.port = port;
    }

    @Scheduled(fixedDelayString = "${coopmesh.node.check-interval:PT10S}")
    void carryOn() {
        for (KeyKind kind : KeyKind.values()) {
            rotation.carryOn(kind);
        }
        takeUp();
    }

    @Scheduled(fixedDelayString = "PT12H", initialDelayString = "PT12H")
    void renewNodePorts() {
        rotation.renewNodePorts();
        takeUp();
    }

    /** Reads files only; nothing is done where nothing has changed. */
    void takeUp() {
        rotation.refresh();
        port.ifAvailable(NodePort::takeUpCertificate);
    }
}
