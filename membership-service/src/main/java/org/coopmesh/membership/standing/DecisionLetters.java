package org.coopmesh.membership.standing;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.MailSender;
import org.coopmesh.mail.MailWriter;
import org.coopmesh.mail.Mails;
import org.coopmesh.membership.identity.AccountId;
import org.coopmesh.membership.identity.Addressee;
import org.coopmesh.membership.identity.SignIn;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Writes to members that moderators decided something about them, each in the language they are written to. What was decided, and
 * why, is read where they sign in: a mail passes many hands.
 */
@Component
class DecisionLetters implements MailWriter {
    private static final String PAGE = "/my/cases";
    private static final Duration KEPT = Duration.ofDays(90);
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    private final SignIn signIn;
    private final MailSender sender;
    private final Mails mails;
    private final Clock clock;

    DecisionLetters(SignIn signIn, MailSender sender, Mails mails, Clock clock) {
        this.signIn = signIn;
        this.sender = sender;
        this.mails = mails;
        this.clock = clock;
    }

    /** Forgets who was told, as long after as for all that members are told. */
    @Scheduled(fixedDelayString = "PT1H")
    void forget() {
        mails.forget(writes(), clock.instant().minus(KEPT));
    }

    @Override
    public Set<String> writes() {
        return Arrays.stream(DecisionNotice.values())
                .map(DecisionNotice::tag)
                .collect(Collectors.toSet());
    }

    @Override
    public Written write(Mail mail) {
        return signIn.addressee(new AccountId(mail.recipient()))
                .<Written>map(to -> letter(DecisionNotice.of(mail.notice()), to))
                .orElseGet(Written.Unaddressed::new);
    }

    private Written letter(DecisionNotice notice, Addressee to) {
        Map<String, String> values =
                Map.of(
                        "name",
                        to.name(),
                        "coop",
                        sender.from().orElseThrow().name(),
                        "link",
                        signIn.link(PAGE));
        ResourceBundle words =
                ResourceBundle.getBundle(
                        getClass().getPackageName() + ".decisions",
                        to.language(),
                        ResourceBundle.Control.getNoFallbackControl(
                                ResourceBundle.Control.FORMAT_PROPERTIES));
        return new Written.Ready(
                to.email(),
                to.language(),
                fill(words.getString(notice.tag() + ".subject"), values)
                        .replaceAll("\\s+", " ")
                        .strip(),
                fill(words.getString(notice.tag() + ".body"), values),
                null);
    }

    private static String fill(String text, Map<String, String> values) {
        return PLACE.matcher(text)
                .replaceAll(place -> {
                    String value = values.get(place.group(1));
                    return Matcher.quoteReplacement(value == null ? place.group() : value);
                });
    }
}
