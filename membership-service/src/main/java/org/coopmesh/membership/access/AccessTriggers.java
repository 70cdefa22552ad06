package org.coopmesh.membership.access;

import java.util.List;
import java.util.Set;
import org.coopmesh.membership.member.CoopConstituted;
import org.coopmesh.membership.member.MemberChanged;
import org.coopmesh.membership.member.SiteChanged;
import org.coopmesh.membership.node.ListKeyChanged;
import org.coopmesh.membership.node.NodeChanged;
import org.coopmesh.membership.standing.GraceChanged;
import org.coopmesh.membership.standing.StandingChanged;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * What makes the list change. Causes are heard at the end of their own transaction, before it commits: then the list's lock
 * is held as short as can be, and cause and list commit together or not at all.
 */
@Component
class AccessTriggers {
    private final AccessControl access;

    AccessTriggers(AccessControl access) {
        this.access = access;
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT, fallbackExecution = true)
    void on(NodeChanged event) {
        access.nodeChanged(event.node());
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT, fallbackExecution = true)
    void on(SiteChanged event) {
        access.siteChanged(event.site());
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT, fallbackExecution = true)
    void on(MemberChanged event) {
        access.standingChanged(Set.of(event.member()), List.of());
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT, fallbackExecution = true)
    void on(StandingChanged event) {
        access.standingChanged(event.members(), event.payers());
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT, fallbackExecution = true)
    void on(GraceChanged event) {
        access.reviewAll();
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT, fallbackExecution = true)
    void on(ListKeyChanged event) {
        access.reviewDue();
    }

    @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT, fallbackExecution = true)
    void on(CoopConstituted event) {
        access.reviewAll();
    }

    @EventListener(ApplicationReadyEvent.class)
    void reviewAllAtStart() {
        access.reviewAll();
    }

    @Scheduled(fixedDelayString = "${coopmesh.access.check-interval:PT10S}")
    void reviewDue() {
        access.reviewDue();
    }

    /** Finds what no event told of, as a payer who takes over on a date. */
    @Scheduled(
            fixedDelayString = "${coopmesh.access.review-all-interval:PT5M}",
            initialDelayString = "PT5M")
    void reviewAll() {
        access.reviewAll();
        access.trimLog();
    }
}
