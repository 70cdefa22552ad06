package org.coopmesh.abuse.report;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.MailSender;
import org.coopmesh.mail.MailWriter;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Answers who reported by mail or left an address. Says numbers and states, never what somebody else wrote: nothing of a mail comes back by it. An address gets
 * few letters a day, so that nobody can have a stranger flooded.
 */
@Component
class ReportLetters implements MailWriter, MailSender {
    static final String RECEIPT = "report-receipt";
    static final String OUTCOME = "report-outcome";
    static final String OVERTURNED = "report-overturned";
    static final String LEGAL = "report-legal";

    private final Reports reports;
    private final Allowances allowances;
    private final SubjectRegister subjects;
    private final IntakeSettings settings;
    private final TransactionTemplate transaction;

    ReportLetters(
            Reports reports,
            Allowances allowances,
            SubjectRegister subjects,
            IntakeSettings settings,
            TransactionTemplate transaction) {
        this.reports = reports;
        this.allowances = allowances;
        this.subjects = subjects;
        this.settings = settings;
        this.transaction = transaction;
    }

    @Override
    public Optional<From> from() {
        return subjects.coop().map(coop -> new From(coop.name(), null));
    }

    @Override
    public Set<String> writes() {
        return Set.of(RECEIPT, OUTCOME, OVERTURNED, LEGAL);
    }

    @Override
    public Written write(Mail mail) {
        Optional<Report> found = reports.find(new ReportId(mail.about()));
        if (found.isEmpty()) return new Written.Nothing();
        Report report = found.get();
        if (mail.notice().equals(LEGAL)) return legal(report);
        if (!(report.reporter() instanceof Reporter.OfMail reporter)) return new Written.Nothing();
        if (mail.attempts() == 0 && !allowances.letter(reporter.email())) {
            return new Written.Nothing();
        }
        Language wanted = reporter.language();
        Words words = words(wanted == null ? settings.language() : wanted);
        return switch (mail.notice()) {
            case RECEIPT -> letter(words, RECEIPT, reporter, report, link(words, report));
            case OUTCOME ->
                    letter(
                            words,
                            OUTCOME + "." + report.state().name().toLowerCase(Locale.ROOT),
                            reporter,
                            report,
                            "");
            case OVERTURNED -> letter(words, OVERTURNED, reporter, report, "");
            default -> new Written.Nothing();
        };
    }

    static Words words(Language language) {
        return Words.of(ReportLetters.class, "letters", language);
    }

    private static Written letter(
            Words words, String key, Reporter.OfMail to, Report report, String more) {
        Map<String, String> values = Map.of("number", report.id().toString());
        return new Written.Ready(
                to.email(),
                words.language().locale(),
                words.of(key + ".subject", values),
                words.of(key + ".body", values) + more,
                null);
    }

    /** A mail had no page to show a secret on, so its reporter gets a new one now; it is kept as a hash. */
    private String link(Words words, Report report) {
        if (settings.publicUrl().isBlank() || report.origin().format() != Format.MAIL) return "";
        FollowUpToken token = FollowUpToken.random();
        transaction.executeWithoutResult(s -> reports.setToken(report.id(), token.hash()));
        return "\n\n"
                + words.of("link")
                + "\n"
                + settings.publicUrl().replaceAll("/+$", "")
                + "/report/"
                + report.id()
                + "#"
                + token.value();
    }

    private Written legal(Report report) {
        if (settings.legalContact().isBlank()) return new Written.Unaddressed();
        var text =
                new StringBuilder(
                        "A report of child sexual abuse material came in. Nothing of the content is kept. Do not open the address\nyourself; hand it to the authority in charge.\n\n");
        text.append("Report: ").append(report.id()).append("\n");
        text.append("Received: ").append(report.receivedAt()).append("\n");
        String url = report.url();
        if (url != null) text.append("URL: ").append(defanged(url)).append("\n");
        report.evidence()
                .forEach(file -> text.append("SHA-256: ").append(file.sha256()).append("\n"));
        text.append("\nTwo moderators decide such a case.");
        return ready(
                settings.legalContact(), "Report " + report.id() + ": at once", text.toString());
    }

    /** So that nobody's mail program makes a link of it, or fetches it to look. */
    private static String defanged(String url) {
        return url.replaceAll("\\p{Cntrl}", " ")
                .replaceFirst("^(?i)http", "hxxp")
                .replace(".", "[.]");
    }

    private static Written ready(String to, String subject, String body) {
        return new Written.Ready(to, Locale.ENGLISH, subject, body, null);
    }
}
