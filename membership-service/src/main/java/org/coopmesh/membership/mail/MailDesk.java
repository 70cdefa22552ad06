package org.coopmesh.membership.mail;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.Mail.State;
import org.coopmesh.mail.Mails;
import org.coopmesh.mail.Sending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What the board sees of mails and decides about them. */
@Service
public class MailDesk {
    private static final Logger log = LoggerFactory.getLogger(MailDesk.class);

    private final Mails mails;
    private final Sending sending;
    private final Clock clock;

    MailDesk(Mails mails, Sending sending, Clock clock) {
        this.mails = mails;
        this.sending = sending;
        this.clock = clock;
    }

    record Queue(
            Sending.@Nullable Hindrance hindrance,
            Mails.Gate gate,
            int perMinute,
            Map<State, Long> counts) {}

    Queue queue() {
        Sending.Hindrance hindrance = sending.hindrance().orElse(null);
        return new Queue(
                hindrance,
                hindrance == Sending.Hindrance.PAUSED ? mails.gate() : new Mails.Gate(null, null),
                sending.perMinute(),
                mails.count());
    }

    List<Mail> list(@Nullable State state, @Nullable Long before, int limit) {
        return mails.list(state, before, limit);
    }

    /** The newest to one member. */
    List<Mail> to(UUID member, int limit) {
        return mails.to(member, limit);
    }

    /**
     * Sends the mail again under the same name, so that whoever got it can tell. What has nothing to say any more, a link that is
     * over, writes nothing.
     *
     * @throws MailNotFound if there is none
     * @throws MailRefused if it has not come so far, or arrived
     */
    @Transactional
    Mail again(long id, String by) {
        Mail mail = mails.lock(id).orElseThrow(() -> new MailNotFound(id));
        switch (mail.state()) {
            case FAILED, DOUBTFUL, UNADDRESSED, DROPPED -> mails.again(id, clock.instant());
            case SENT -> throw new MailRefused("over", "the mail was sent");
            case WAITING, SENDING -> throw new MailRefused("notYet", "the mail was not sent yet");
        }
        log.atInfo().addKeyValue("mailId", id).addKeyValue("by", by).log("mail sent again");
        return mails.lock(id).orElseThrow();
    }

    /**
     * Gives the mail up.
     *
     * @throws MailNotFound if there is none
     * @throws MailRefused if it was sent, is just being sent, or was given up
     */
    @Transactional
    Mail drop(long id, String why, String by) {
        Mail mail = mails.lock(id).orElseThrow(() -> new MailNotFound(id));
        switch (mail.state()) {
            case WAITING, FAILED, DOUBTFUL, UNADDRESSED -> mails.drop(id, why);
            case SENT, SENDING, DROPPED ->
                    throw new MailRefused("over", "the mail is " + mail.state().tag() + " already");
        }
        log.atInfo().addKeyValue("mailId", id).addKeyValue("by", by).log("mail given up");
        return mails.lock(id).orElseThrow();
    }

    /** Sends all again that failed or had no address; not those in doubt, which are decided one by one. */
    @Transactional
    int retry() {
        return mails.retry(clock.instant());
    }
}
