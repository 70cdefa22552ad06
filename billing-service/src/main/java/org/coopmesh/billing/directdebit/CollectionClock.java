package org.coopmesh.billing.directdebit;

import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Asks the clock which runs' day has come, who is to be told, and which mandates are void. */
@Component
class CollectionClock {
    private final Collecting collecting;
    private final Signing signing;
    private final PayerRegister register;

    CollectionClock(Collecting collecting, Signing signing, PayerRegister register) {
        this.collecting = collecting;
        this.signing = signing;
        this.register = register;
    }

    @Scheduled(fixedDelayString = "${coopmesh.direct-debit.check-interval:PT1M}")
    void check() {
        if (register.isConstituted()) {
            collecting.collectDue();
            collecting.tellDue();
            signing.expire();
        }
    }
}
