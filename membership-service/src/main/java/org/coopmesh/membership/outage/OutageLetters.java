package org.coopmesh.membership.outage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.MailSender;
import org.coopmesh.mail.MailWriter;
import org.coopmesh.mail.Mails;
import org.coopmesh.mail.Told;
import org.coopmesh.membership.identity.AccountId;
import org.coopmesh.membership.identity.Addressee;
import org.coopmesh.membership.identity.Role;
import org.coopmesh.membership.identity.SignIn;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Writes to who runs the network that an outage affects members, once it has lasted a while and nobody said they know; and, to the
 * same, that it is over, once it stayed so for as long as a relapse would count as the same.
 */
@Component
class OutageLetters implements MailWriter {
    static final String BEGAN = "outage-began";
    static final String OVER = "outage-over";

    private static final String PAGE = "/outages";
    private static final Duration KEPT = Duration.ofDays(90);
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    private final Faults faults;
    private final NodeRegister register;
    private final Membership membership;
    private final SignIn signIn;
    private final MailSender sender;
    private final Mails mails;
    private final OutageSettings settings;
    private final Clock clock;
    private final Clock wallClock = Clock.systemUTC();

    OutageLetters(
            Faults faults,
            NodeRegister register,
            Membership membership,
            SignIn signIn,
            MailSender sender,
            Mails mails,
            OutageSettings settings,
            Clock clock) {
        this.faults = faults;
        this.register = register;
        this.membership = membership;
        this.signIn = signIn;
        this.sender = sender;
        this.mails = mails;
        this.settings = settings;
        this.clock = clock;
    }

    @Scheduled(fixedDelayString = "${coopmesh.outage.check-interval:PT20S}")
    @Transactional
    void tell() {
        tell(wallClock.instant());
    }

    /** Queues what is to be told as of {@code now} on the wall clock, each to each once. */
    @Transactional
    void tell(Instant now) {
        if (settings.mailAfter().isZero()) return;
        var told = new ArrayList<Told>();
        List<UUID> began = faults.untold(now.minus(settings.mailAfter()));
        if (!began.isEmpty()) {
            for (AccountId to : signIn.holders(Role.NETWORK)) {
                for (UUID fault : began) note(told, fault, BEGAN, to.value(), now);
            }
        }
        faults.overUntold(now.minus(Reckoning.RELAPSE_WITHIN))
                .forEach(letter -> note(told, letter.fault(), OVER, letter.recipient(), now));
        if (!told.isEmpty()) mails.queue(told, clock.instant());
    }

    private void note(List<Told> told, UUID fault, String notice, UUID to, Instant now) {
        faults.note(fault, notice, to, now).ifPresent(id -> told.add(new Told(notice, id, to)));
    }

    /** Forgets who was told, as long after as for all that people are told. */
    @Scheduled(fixedDelayString = "PT1H")
    void forget() {
        mails.forget(writes(), clock.instant().minus(KEPT));
    }

    @Override
    public Set<String> writes() {
        return Set.of(BEGAN, OVER);
    }

    /** Nothing where it was over, or somebody knew, before the mail could leave. */
    @Override
    public Written write(Mail mail) {
        Optional<Faults.Line> fault = faults.ofLetter(mail.about()).flatMap(faults::line);
        if (fault.isEmpty()) return new Written.Nothing();
        boolean isOver = fault.get().endedAt() != null;
        if (mail.notice().equals(BEGAN) && (isOver || fault.get().acknowledgedAt() != null))
            return new Written.Nothing();
        return signIn.addressee(new AccountId(mail.recipient()))
                .<Written>map(to -> letter(mail.notice(), fault.get(), to))
                .orElseGet(Written.Unaddressed::new);
    }

    private Written letter(String notice, Faults.Line fault, Addressee to) {
        ResourceBundle words =
                ResourceBundle.getBundle(
                        getClass().getPackageName() + ".outages",
                        to.language(),
                        ResourceBundle.Control.getNoFallbackControl(
                                ResourceBundle.Control.FORMAT_PROPERTIES));
        Instant ended = fault.endedAt();
        Map<String, String> values =
                Map.of(
                        "name",
                        to.name(),
                        "coop",
                        sender.from().orElseThrow().name(),
                        "node",
                        name(fault.node()).orElseGet(() -> words.getString("everywhere")),
                        "members",
                        Integer.toString(fault.members()),
                        "nodes",
                        Integer.toString(fault.nodes()),
                        "since",
                        moment(fault.beganAt(), to),
                        "until",
                        ended == null ? "" : moment(ended, to),
                        "link",
                        signIn.link(PAGE));
        return new Written.Ready(
                to.email(),
                to.language(),
                fill(words.getString(notice + ".subject"), values).replaceAll("\\s+", " ").strip(),
                fill(words.getString(notice + ".body"), values),
                null);
    }

    private Optional<String> name(@Nullable NodeId node) {
        return node == null
                ? Optional.empty()
                : register.withKeys(Set.of(node)).stream()
                        .findFirst()
                        .map(Node::about)
                        .map(about -> about.name());
    }

    /** On the co-op's clock. */
    private String moment(Instant at, Addressee to) {
        Duration ahead = Duration.between(wallClock.instant(), clock.instant());
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
                .withLocale(to.language())
                .withZone(membership.constituted().map(coop -> coop.zone()).orElse(ZoneOffset.UTC))
                .format(at.plus(ahead));
    }

    private static String fill(String text, Map<String, String> values) {
        return PLACE.matcher(text)
                .replaceAll(place -> {
                    String value = values.get(place.group(1));
                    return Matcher.quoteReplacement(value == null ? place.group() : value);
                });
    }
}
