package org.coopmesh.billing.mail;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Takes down what payers are to be told, together with what happened. Whether it can be sent is seen later. */
@Service
public class Mailing {
    private final Mails mails;
    private final Clock clock;

    Mailing(Mails mails, Clock clock) {
        this.mails = mails;
        this.clock = clock;
    }

    /**
     * A notice to a payer.
     *
     * @param about what it is about: an invoice, a payment; of each there is one mail per notice
     */
    public record Told(Notice notice, UUID about, PayerId payer) {}

    /** What became of a notice. */
    public enum Standing {
        /** It waits, or is just being handed over. */
        ON_ITS_WAY,
        /** A server took it. */
        SENT,
        /** It did not leave by itself: no address, refused, in doubt, or nothing to tell any more. */
        NOT_SENT
    }

    /** What became of the notice about each of these; one that was never queued, or is turned off, is left out. */
    public Map<UUID, Standing> standing(Notice notice, Collection<UUID> about) {
        return about.isEmpty() ? Map.of() : mails.standing(notice, about);
    }

    /** Queues the notice, once; not where the co-op has turned that notice off. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void tell(Told told) {
        tell(List.of(told));
    }

    /** Queues the notice once more, where the same happened again: that it is told once for each time is the caller's. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void tellAnew(Told told) {
        mails.queueAnew(told, clock.instant());
    }

    /** Queues the notices, each once, in their order. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void tell(Collection<Told> told) {
        if (!told.isEmpty()) {
            mails.queue(told, clock.instant());
        }
    }
}
