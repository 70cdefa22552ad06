package org.coopmesh.membership.names;

import org.coopmesh.membership.member.MemberChanged;
import org.coopmesh.membership.node.NodeChanged;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/** What makes names change by itself. Causes are heard before they commit: both count, or neither. */
@Component
class NameTriggers {
    private final NameRegister register;

    NameTriggers(NameRegister register) {
        this.register = register;
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT, fallbackExecution = true)
    void on(MemberChanged event) {
        register.memberChanged(event.member());
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT, fallbackExecution = true)
    void on(NodeChanged event) {
        register.nodeChanged(event.node());
    }

    @Scheduled(fixedDelayString = "${coopmesh.names.check-interval:PT1M}")
    void freeLapsed() {
        register.freeLapsed();
    }
}
