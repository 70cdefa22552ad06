package org.coopmesh.billing.privacy;

import java.util.Map;
import org.coopmesh.billing.subscription.MemberErased;
import org.coopmesh.privacy.PersonalData;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Forgets who somebody was, as far as the register allows, when membership says that they are to be known no more. */
@Component
class Erasure {
    private final PersonalData data;

    Erasure(PersonalData data) {
        this.data = data;
    }

    @EventListener
    void on(MemberErased event) {
        data.erase(event.member().value(), Map.of("payer", event.payer().value()));
    }
}
