package org.coopmesh.mail;

import static java.util.Objects.requireNonNull;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.mail.Mail.State;
import org.coopmesh.mail.MailWriter.Written;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sends what waits, no more a minute than allowed, each mail at most once: that its text leaves is written down before it does, and
 * what breaks off after that is in doubt and left to a person.
 */
public class Sending {
    /** How many one line to the server takes up at a time. */
    static final int BATCH = 20;

    private static final Logger log = LoggerFactory.getLogger(Sending.class);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration RETRY_AFTER_MAX = Duration.ofHours(12);

    private final Mails mails;
    private final Map<String, MailWriter> writers = new HashMap<>();
    private final MailSender sender;
    private final @Nullable JavaMailSenderImpl server;
    private final MailSettings settings;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Sending(
            Mails mails,
            List<MailWriter> writers,
            MailSender sender,
            @Nullable JavaMailSenderImpl server,
            MailSettings settings,
            TransactionTemplate transaction,
            Clock clock) {
        this.mails = mails;
        for (MailWriter writer : writers) {
            for (String notice : writer.writes()) {
                if (this.writers.put(notice, writer) != null) {
                    throw new IllegalArgumentException("two writers of notice " + notice);
                }
            }
        }
        this.sender = sender;
        this.server =
                server == null || server.getHost() == null || server.getHost().isBlank()
                        ? null
                        : server;
        this.settings = settings;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** What keeps mails from leaving, all of them. */
    public enum Hindrance {
        /** No mail server is set. */
        SERVER,
        /** There is nobody, or no address, to send from. */
        SENDER,
        /** The server did not answer, and is left alone for a while. */
        PAUSED
    }

    /** Sends what is due, as far as the limit allows. */
    @Scheduled(fixedDelayString = "${coopmesh.mail.check-interval:PT1S}")
    public void check() {
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

    /** Whether mails leave at all: a server, and somebody to send from, are set. The server may be away for a while all the same. */
    public boolean canSend() {
        return server != null && sender.from().flatMap(this::address).isPresent();
    }

    /** What keeps all mails from leaving now; empty where nothing does. */
    public Optional<Hindrance> hindrance() {
        if (server == null) {
            return Optional.of(Hindrance.SERVER);
        }
        if (sender.from().flatMap(this::address).isEmpty()) {
            return Optional.of(Hindrance.SENDER);
        }
        Instant until = mails.gate().pausedUntil();
        return until != null && until.isAfter(clock.instant())
                ? Optional.of(Hindrance.PAUSED)
                : Optional.empty();
    }

    /** The address that mails come from. */
    private Optional<String> address(MailSender.From from) {
        return settings.sender().isBlank()
                ? Optional.ofNullable(from.address())
                : Optional.of(settings.sender().strip());
    }

    /** How many leave in a minute at most. */
    public int perMinute() {
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
        MailSender.From from = sender.from().orElseThrow();
        try (var line = new SmtpLine(requireNonNull(server))) {
            for (Mail mail : batch) {
                if (mails.isStill(worker, mail.id(), clock.instant().plus(settings.lease()))
                        && !send(line, worker, mail, from)) {
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
    private boolean send(SmtpLine line, UUID worker, Mail mail, MailSender.From from) {
        int attempts = mail.attempts() + 1;
        Envelope envelope;
        InternetAddress to;
        try {
            switch (written(mail)) {
                case Written.Unaddressed unaddressed -> {
                    mails.end(worker, mail.id(), State.UNADDRESSED, 0, null, null, null);
                    return true;
                }
                case Written.Nothing nothing -> {
                    mails.end(worker, mail.id(), State.DROPPED, 0, null, "nothing to tell", null);
                    return true;
                }
                case Written.Ready letter -> {
                    to = parsed(letter.to());
                    envelope = envelope(mail, letter, from, to);
                }
            }
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

    private Written written(Mail mail) {
        MailWriter writer = writers.get(mail.notice());
        return writer == null ? new Written.Nothing() : writer.write(mail);
    }

    private Envelope envelope(
            Mail mail, Written.Ready letter, MailSender.From from, InternetAddress to)
            throws MessagingException {
        Enclosure enclosure = letter.enclosure();
        return new Envelope(
                requireNonNull(server).getSession(),
                mail.messageId(),
                parsed(address(from).orElseThrow()),
                from.name(),
                from.address() == null ? null : parsed(from.address()),
                to,
                now(),
                letter,
                enclosure != null && enclosure.bytes().length <= settings.enclosureMax().toBytes()
                        ? enclosure
                        : null);
    }

    private static InternetAddress parsed(String address) throws AddressException {
        return new InternetAddress(address, true);
    }
}
