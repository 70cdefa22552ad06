package org.coopmesh.billing.settlement;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Asks the clock for hours whose carriage is to be charged. */
@Component
class SettlementClock {
    private final Settling settling;

    SettlementClock(Settling settling) {
        this.settling = settling;
    }

    @Scheduled(fixedDelayString = "${coopmesh.settlement.check-interval:PT5M}")
    void check() {
        settling.chargeHours();
    }
}
