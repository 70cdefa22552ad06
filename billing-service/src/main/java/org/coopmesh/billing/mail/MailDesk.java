package org.coopmesh.billing.mail;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.Language;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.Mail.State;
import org.coopmesh.mail.Mails;
import org.coopmesh.mail.Sending;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What a treasurer sees of mails and decides about them. */
@Service
class MailDesk {
    private static final int DUE_DAYS = 14;

    private final Mails mails;
    private final MailTexts texts;
    private final Sending sending;
    private final PartyRegister parties;
    private final PayerRegister register;
    private final Clock clock;
    private final URI site;

    MailDesk(
            Mails mails,
            MailTexts texts,
            Sending sending,
            PartyRegister parties,
            PayerRegister register,
            Clock clock,
            @Value("${coopmesh.public-url}") URI site) {
        this.mails = mails;
        this.texts = texts;
        this.sending = sending;
        this.parties = parties;
        this.register = register;
        this.clock = clock;
        this.site = site;
    }

    record Queue(
            Sending.@Nullable Hindrance hindrance,
            Mails.Gate gate,
            int perMinute,
            Map<State, Long> counts) {}

    /** @param own whether these are the co-op's */
    record Words(Wording wording, boolean own) {}

    Queue queue() {
        Sending.Hindrance hindrance = sending.hindrance().orElse(null);
        return new Queue(
                hindrance,
                hindrance == Sending.Hindrance.PAUSED ? mails.gate() : new Mails.Gate(null, null),
                sending.perMinute(),
                mails.count());
    }

    List<Mail> list(@Nullable State state, @Nullable UUID about, @Nullable Long before, int limit) {
        return about == null ? mails.list(state, before, limit) : mails.about(about, limit);
    }

    /** The newest to one payer. */
    List<Mail> to(UUID payer, int limit) {
        return mails.to(payer, limit);
    }

    /**
     * Sends the mail again: under the same name where it may have arrived, so that whoever got it can tell; under a new one where
     * it was sent and is wanted once more.
     *
     * @throws MailNotFound if there is none
     * @throws MailRefused if it has not come so far
     */
    @Transactional
    Mail again(long id) {
        Mail mail = mails.lock(id).orElseThrow(() -> new MailNotFound(id));
        Instant now = clock.instant();
        switch (mail.state()) {
            case FAILED, DOUBTFUL, UNADDRESSED, DROPPED -> mails.again(id, now);
            case SENT -> mails.copy(id, now);
            case WAITING, SENDING ->
                    throw new MailRefused("state", "notYet", "the mail has not been sent yet");
        }
        return mails.about(mail.about(), 1).getFirst();
    }

    /**
     * Takes the mail off the queue.
     *
     * @throws MailNotFound if there is none
     * @throws MailRefused if it was sent, or is just being sent
     */
    @Transactional
    Mail drop(long id, String why) {
        Mail mail = mails.lock(id).orElseThrow(() -> new MailNotFound(id));
        switch (mail.state()) {
            case WAITING, FAILED, DOUBTFUL, UNADDRESSED -> mails.drop(id, why);
            case SENT, SENDING, DROPPED ->
                    throw new MailRefused(
                            "state", "over", "the mail is " + mail.state().tag() + " already");
        }
        return mails.lock(id).orElseThrow();
    }

    int retry() {
        return mails.retry(clock.instant());
    }

    MailTexts.Policy policy(Notice notice) {
        return texts.policy(notice);
    }

    Words words(Notice notice, Language language) {
        return texts.own(notice, language)
                .map(own -> new Words(own, true))
                .orElseGet(() -> new Words(Wording.standard(notice, language), false));
    }

    void say(Notice notice, MailTexts.Policy policy, MemberId by) {
        texts.say(notice, policy, by.value(), clock.instant());
    }

    void say(Notice notice, Language language, Wording wording, MemberId by) {
        texts.say(notice, language, wording, by.value(), clock.instant());
    }

    void forget(Notice notice, Language language) {
        texts.forget(notice, language);
    }

    /** The words with values as they might be. */
    Wording preview(Notice notice, Language language, Wording wording) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Currency currency =
                register.isConstituted() ? register.coop().currency() : Currency.getInstance("EUR");
        String year = String.valueOf(today.getYear());
        var values = new HashMap<String, String>();
        for (String place : notice.places()) {
            values.put(
                    place,
                    switch (place) {
                        case "name" -> "Anna Example";
                        case "coop" -> parties.seller().map(Seller::name).orElse("Coop");
                        case "number", "invoice" -> year + "-000123";
                        case "reason" -> "…";
                        case "mandate" -> "M-0123456789AB-1";
                        case "creditor" -> "DE98ZZZ09999999999";
                        case "account" -> "DE…3000";
                        case "days" -> String.valueOf(DUE_DAYS);
                        case "parts" ->
                                "1. %s, %s"
                                        .formatted(
                                                language.day(today.plusDays(DUE_DAYS)),
                                                language.money(Money.parse("12.50", currency)));
                        case "code" -> "AM04";
                        case "due", "day", "retry" -> language.day(today.plusDays(DUE_DAYS));
                        case "received", "since" -> language.day(today);
                        case "link" -> site.resolve("/pay/AbCdEfGhIjKlMnOpQrStUv").toString();
                        default -> language.money(Money.parse("12.50", currency));
                    });
        }
        return wording.filled(values);
    }
}
