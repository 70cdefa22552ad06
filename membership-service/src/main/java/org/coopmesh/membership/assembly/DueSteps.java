package org.coopmesh.membership.assembly;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Opens, counts and carries out on their days. Safe on several replicas; what one day hinders is tried again with the next look. */
@Component
class DueSteps {
    private static final Logger log = LoggerFactory.getLogger(DueSteps.class);

    private final Assembly assembly;

    DueSteps(Assembly assembly) {
        this.assembly = assembly;
    }

    @Scheduled(fixedDelayString = "${coopmesh.assembly.check-interval}")
    void take() {
        for (ProposalId id : assembly.due()) {
            try {
                assembly.step(id);
            } catch (RuntimeException e) {
                log.atError().setCause(e).addKeyValue("proposalId", id).log("step not taken");
            }
        }
        assembly.forgetKeys();
    }
}
