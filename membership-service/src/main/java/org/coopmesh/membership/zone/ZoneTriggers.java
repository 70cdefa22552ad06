package org.coopmesh.membership.zone;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** When the zone is looked at: at the start, when something it rests on has changed, and from time to time anyway. */
@Component
class ZoneTriggers {
    private final ZoneKeeper keeper;
    private final Notifier notifier;

    ZoneTriggers(ZoneKeeper keeper, Notifier notifier) {
        this.keeper = keeper;
        this.notifier = notifier;
    }

    /** Secondaries are told at each start, in case nobody could while they changed. */
    @EventListener(ApplicationReadyEvent.class)
    void atStart() {
        keeper.publish();
        notifier.tell(keeper.head());
    }

    @Scheduled(fixedDelayString = "${coopmesh.zone.check-interval:PT1S}")
    void whenWished() {
        if (keeper.wished()) review();
    }

    @Scheduled(
            fixedDelayString = "${coopmesh.zone.review-interval:PT5M}",
            initialDelayString = "PT1M")
    void review() {
        if (keeper.publish()) {
            keeper.wished();
            notifier.tell(keeper.head());
        }
    }
}
