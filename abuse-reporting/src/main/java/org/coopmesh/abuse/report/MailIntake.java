package org.coopmesh.abuse.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Takes mails in, whichever way they came. A mail that comes twice is one report. */
@Component
class MailIntake {
    private static final Logger log = LoggerFactory.getLogger(MailIntake.class);
    private static final Pattern ADDRESS =
            Pattern.compile("([^\\s<>\"(),:;]{1,64}@[^\\s<>\"(),:;]{1,189})");
    private static final Set<String> NOBODY =
            Set.of(
                    "mailer-daemon",
                    "postmaster",
                    "noreply",
                    "no-reply",
                    "donotreply",
                    "do-not-reply");

    private final Intake intake;
    private final Allowances allowances;
    private final Clock clock;

    MailIntake(Intake intake, Allowances allowances, Clock clock) {
        this.intake = intake;
        this.allowances = allowances;
        this.clock = clock;
    }

    /** Why a mail was not taken in. */
    enum Outcome {
        TAKEN,
        /** Its sender sent too many lately; it may be brought again later. */
        LATER
    }

    /**
     * Takes a mail in.
     *
     * @param envelopeSender empty for the null sender; null where the envelope is not known
     */
    Outcome take(byte[] mail, @Nullable String envelopeSender) {
        Mime head = Mime.read(mail);
        String sender =
                envelopeSender == null
                        ? address(head.header("return-path").orElse(head.header("from").orElse("")))
                        : address(envelopeSender);
        if (!allowances.mail(sender)) return Outcome.LATER;
        Reporter reporter =
                sender.isEmpty() || isMachine(head, sender)
                        ? new Reporter.Anonymous()
                        : new Reporter.OfMail(
                                sender,
                                head.header("content-language")
                                        .or(() -> head.header("accept-language"))
                                        .flatMap(Language::accepted)
                                        .orElse(null));
        MailReader.Letter letter = MailReader.read(mail, reporter, sha256(mail), clock.instant());
        if (letter.refusal() != null) {
            intake.refused(Format.XARF_MAIL, reporter, mail, letter.refusal());
        }
        Intake.Receipt receipt = intake.receive(letter.submission());
        log.atInfo()
                .addKeyValue("reportId", receipt.id())
                .addKeyValue("format", letter.submission().origin().format().wire())
                .log("mail taken in");
        return Outcome.TAKEN;
    }

    /** Whoever must not be answered: programs, lists, and nobody. RFC 3834. */
    static boolean isMachine(Mime mail, String sender) {
        String automatic = mail.header("auto-submitted").orElse("no").split(";", 2)[0].strip();
        String precedence = mail.header("precedence").orElse("").toLowerCase(Locale.ROOT);
        String local = sender.substring(0, Math.max(0, sender.indexOf('@')));
        return !automatic.equalsIgnoreCase("no")
                || mail.header("list-id").isPresent()
                || mail.header("x-auto-response-suppress").isPresent()
                || Set.of("bulk", "list", "junk").contains(precedence)
                || NOBODY.contains(local);
    }

    private static String address(String text) {
        Matcher found = ADDRESS.matcher(text);
        if (!found.find()) return "";
        String address = found.group(1).toLowerCase(Locale.ROOT);
        return Rule.MAILBOX.matcher(address).matches() ? address : "";
    }

    private static byte[] sha256(byte[] mail) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("mail ".getBytes(StandardCharsets.US_ASCII));
            return digest.digest(mail);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
