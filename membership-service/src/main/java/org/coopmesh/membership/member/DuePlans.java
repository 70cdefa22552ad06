package org.coopmesh.membership.member;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Carries out pauses, returns and leavings on the day they were agreed for. Safe on several replicas. */
@Component
class DuePlans {
    private static final int PLANS_PER_RUN_MAX = 1_000;

    private final Membership membership;

    DuePlans(Membership membership) {
        this.membership = membership;
    }

    @Scheduled(fixedDelayString = "${coopmesh.member.check-interval}")
    void carryOut() {
        for (int done = 0; done < PLANS_PER_RUN_MAX && membership.carryOutDue(); done++) {}
    }
}
