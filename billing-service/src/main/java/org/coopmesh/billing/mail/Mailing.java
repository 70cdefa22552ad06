package org.coopmesh.billing.mail;

import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.mail.Mails;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Takes down what payers are to be told, together with what happened. Whether it can be sent is seen later. */
@Service
public class Mailing {
    private final Mails mails;
    private final MailTexts texts;
    private final Clock clock;

    Mailing(Mails mails, MailTexts texts, Clock clock) {
        this.mails = mails;
        this.texts = texts;
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
        var standing = new HashMap<UUID, Standing>();
        if (about.isEmpty()) return standing;
        mails.standing(notice.tag(), about)
                .forEach((each, is) ->
                        standing.put(
                                each,
                                switch (is) {
                                    case ON_ITS_WAY -> Standing.ON_ITS_WAY;
                                    case SENT -> Standing.SENT;
                                    case NOT_SENT -> Standing.NOT_SENT;
                                }));
        return standing;
    }

    /** Queues the notice, once; not where the co-op has turned that notice off. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void tell(Told told) {
        tell(List.of(told));
    }

    /** Queues the notice once more, where the same happened again: that it is told once for each time is the caller's. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void tellAnew(Told told) {
        if (texts.policy(told.notice()).enabled()) {
            mails.queueAnew(mail(told), clock.instant());
        }
    }

    /** Queues the notices, each once, in their order. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void tell(Collection<Told> told) {
        if (told.isEmpty()) return;
        Set<Notice> off = texts.turnedOff();
        mails.queue(
                told.stream()
                        .filter(each -> !off.contains(each.notice()))
                        .map(Mailing::mail)
                        .toList(),
                clock.instant());
    }

    private static org.coopmesh.mail.Told mail(Told told) {
        return new org.coopmesh.mail.Told(told.notice().tag(), told.about(), told.payer().value());
    }
}
