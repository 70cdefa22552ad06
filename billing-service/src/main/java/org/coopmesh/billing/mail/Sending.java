package org.coopmesh.billing.mail;

import static java.util.Objects.requireNonNull;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.mail.Mails.Mail;
import org.coopmesh.billing.mail.Mails.State;
import org.coopmesh.billing.party.Language;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.PayerDetails;
import org.coopmesh.billing.party.Seller;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sends what waits, no more a minute than allowed, each mail at most once: that its text leaves is written down before it does, and
 * what breaks off after that is in doubt and left to a person.
 */
@Service
@EnableConfigurationProperties(MailSettings.class)
class Sending {
    /** How many one line to the server takes up at a time. */
    static final int BATCH = 20;

    private static final Logger log = LoggerFactory.getLogger(Sending.class);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration RETRY_AFTER_MAX = Duration.ofHours(12);

    private final Mails mails;
    private final MailTexts texts;
    private final PartyRegister parties;
    private final Map<Notice, LetterWriter> writers = new EnumMap<>(Notice.class);
    private final @Nullable JavaMailSenderImpl server;
    private final URI site;
    private final MailSettings settings;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Sending(
            Mails mails,
            MailTexts texts,
            PartyRegister parties,
            List<LetterWriter> writers,
            ObjectProvider<JavaMailSenderImpl> server,
            MailSettings settings,
            TransactionTemplate transaction,
            Clock clock,
            @Value("${coopmesh.public-url}") URI site) {
        this.site = site;
        this.mails = mails;
        this.texts = texts;
        this.parties = parties;
        writers.forEach(
                writer -> writer.writes().forEach(notice -> this.writers.put(notice, writer)));
        JavaMailSenderImpl named = server.getIfAvailable();
        this.server =
                named == null || named.getHost() == null || named.getHost().isBlank()
                        ? null
                        : named;
        this.settings = settings;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** What keeps mails from leaving, all of them. */
    enum Hindrance {
        /** No mail server is set. */
        SERVER,
        /** There is no address to send from: neither a setting nor the co-op's own. */
        SENDER,
        /** The server did not answer, and is left alone for a while. */
        PAUSED
    }

    /** Sends what is due, as far as the limit allows. */
    @Scheduled(fixedDelayString = "${coopmesh.mail.check-interval:PT1S}")
    void check() {
        int doubtful = mails.sweep(clock.instant());
        if (doubtful > 0) {
            log.atWarn().addKeyValue("mails", doubtful).log("mails in doubt");
        }
        if (hindrance().isEmpty()) {
            while (sendBatch()) {
                // Until nothing is due, or the minute is full.
            }
        }
    }

    Optional<Hindrance> hindrance() {
        if (server == null) {
            return Optional.of(Hindrance.SERVER);
        }
        Optional<Seller> seller = parties.seller();
        if (seller.isEmpty() || sender(seller.get()).isEmpty()) {
            return Optional.of(Hindrance.SENDER);
        }
        Instant until = mails.gate().pausedUntil();
        return until != null && until.isAfter(clock.instant())
                ? Optional.of(Hindrance.PAUSED)
                : Optional.empty();
    }

    /** The address that mails come from. */
    Optional<String> sender(Seller seller) {
        return settings.sender().isBlank()
                ? Optional.ofNullable(seller.email())
                : Optional.of(settings.sender().strip());
    }

    /** Where browsers find the co-op. */
    URI site() {
        return site;
    }

    int perMinute() {
        return settings.perMinute();
    }

    /** Whether there may be more to send at once. */
    private boolean sendBatch() {
        var worker = UUID.randomUUID();
        List<Mail> batch =
                requireNonNull(
                        transaction.execute(status -> {
                            Instant now = clock.instant();
                            Mails.Gate gate = mails.lockGate();
                            if (gate.pausedUntil() != null && gate.pausedUntil().isAfter(now)) {
                                return List.of();
                            }
                            int room = settings.perMinute() - mails.claimedAfter(now.minus(MINUTE));
                            return room <= 0
                                    ? List.<Mail>of()
                                    : mails.claim(
                                            worker,
                                            Math.min(room, BATCH),
                                            now,
                                            now.plus(settings.lease()));
                        }));
        if (batch.isEmpty()) {
            return false;
        }
        Seller seller = parties.seller().orElseThrow();
        String from = sender(seller).orElseThrow();
        try (var line = new SmtpLine(requireNonNull(server))) {
            for (Mail mail : batch) {
                if (mails.isStill(worker, mail.id(), clock.instant().plus(settings.lease()))
                        && !send(line, worker, mail, seller, from)) {
                    return false;
                }
            }
        } catch (MessagingException misconfigured) {
            pause(worker, String.valueOf(misconfigured.getMessage()));
            return false;
        }
        return true;
    }

    /** False where there is no server to send anything to. */
    private boolean send(SmtpLine line, UUID worker, Mail mail, Seller seller, String from) {
        int attempts = mail.attempts() + 1;
        Envelope envelope;
        InternetAddress to;
        try {
            PayerDetails details =
                    parties.details(mail.payer())
                            .orElseGet(() ->
                                    PayerDetails.unknown(
                                            mail.payer(),
                                            seller.address().country(),
                                            seller.language()));
            if (details.email() == null) {
                mails.end(worker, mail.id(), State.UNADDRESSED, 0, null, null, null);
                return true;
            }
            Optional<Letter> letter = letter(mail, details.language());
            if (letter.isEmpty()) {
                mails.end(worker, mail.id(), State.DROPPED, 0, null, "nothing to tell", null);
                return true;
            }
            to = new InternetAddress(details.email(), true);
            envelope = envelope(mail, letter.get(), details, seller, from, to);
        } catch (MessagingException | RuntimeException why) {
            log.atWarn().setCause(why).addKeyValue("mailId", mail.id()).log("mail not written");
            later(worker, mail, attempts, null, "not written: " + why.getMessage());
            return true;
        }
        SmtpLine.Outcome outcome =
                line.hand(
                        envelope,
                        to,
                        () -> mails.handOver(worker, mail.id(), to.getAddress(), clock.instant()));
        switch (outcome) {
            case SmtpLine.Outcome.Taken(String answer) ->
                    mails.sent(worker, mail.id(), answer, clock.instant());
            case SmtpLine.Outcome.Refused(String answer) ->
                    mails.end(
                            worker,
                            mail.id(),
                            State.FAILED,
                            attempts,
                            to.getAddress(),
                            answer,
                            null);
            case SmtpLine.Outcome.PutOff(String answer) ->
                    later(worker, mail, attempts, to.getAddress(), answer);
            case SmtpLine.Outcome.Doubtful(String why) ->
                    mails.end(worker, mail.id(), State.DOUBTFUL, attempts, null, why, null);
            case SmtpLine.Outcome.NoServer(String why) -> {
                // Refused as a whole, also where the text had begun to leave: the mail waits with
                // the others.
                mails.end(worker, mail.id(), State.WAITING, mail.attempts(), null, why, now());
                pause(worker, why);
                return false;
            }
            case SmtpLine.Outcome.NotOurs notOurs -> {}
        }
        return true;
    }

    private Instant now() {
        return clock.instant();
    }

    private void later(
            UUID worker, Mail mail, int attempts, @Nullable String to, @Nullable String why) {
        boolean enough = attempts >= settings.attemptsMax();
        Duration wait = settings.retryAfter().multipliedBy(1L << (attempts - 1));
        mails.end(
                worker,
                mail.id(),
                enough ? State.FAILED : State.WAITING,
                attempts,
                to,
                why,
                enough
                        ? null
                        : now().plus(wait.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : wait));
    }

    private void pause(UUID worker, String why) {
        log.atWarn().addKeyValue("why", why).log("no mail server");
        mails.release(worker);
        mails.pause(now().plus(settings.retryAfter()), why);
    }

    private Optional<Letter> letter(Mail mail, Language language) {
        return Optional.ofNullable(writers.get(mail.notice()))
                .flatMap(writer -> writer.letter(mail.notice(), mail.about(), language));
    }

    private Envelope envelope(
            Mail mail,
            Letter letter,
            PayerDetails details,
            Seller seller,
            String from,
            InternetAddress to)
            throws MessagingException {
        var values = new HashMap<>(letter.values());
        values.put("name", details.name());
        values.put("coop", seller.name());
        // A path becomes an address here: who writes the letter does not know where browsers find
        // the co-op.
        values.computeIfPresent("link", (place, path) -> site().resolve(path).toString());
        Letter.Enclosure enclosure = letter.enclosure();
        return new Envelope(
                requireNonNull(server).getSession(),
                mail.messageId(),
                address(from),
                seller.name(),
                seller.email() == null ? null : address(seller.email()),
                to,
                details.language(),
                now(),
                texts.words(letter.words(), details.language()).filled(values),
                enclosure != null
                                && texts.isEnclosed(mail.notice())
                                && enclosure.bytes().length <= settings.enclosureMax().toBytes()
                        ? enclosure
                        : null);
    }

    private static InternetAddress address(String text) throws AddressException {
        return new InternetAddress(text, true);
    }
}
