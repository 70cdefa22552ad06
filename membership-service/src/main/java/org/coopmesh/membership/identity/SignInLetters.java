package org.coopmesh.membership.identity;

import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.MailSender;
import org.coopmesh.mail.MailWriter;
import org.springframework.stereotype.Component;

/** Writes what people are told about how they sign in, each in the language they chose, else that of the browser they last signed in with. */
@Component
class SignInLetters implements MailWriter {
    private static final String BOARD_PAGE = "/members/recoveries";

    private final MailedLinks links;
    private final Recoveries recoveries;
    private final Notices notices;
    private final Accounts accounts;
    private final IdentityEvents events;
    private final MailSender sender;
    private final IdentitySettings settings;
    private final Clock clock;

    SignInLetters(
            MailedLinks links,
            Recoveries recoveries,
            Notices notices,
            Accounts accounts,
            IdentityEvents events,
            MailSender sender,
            IdentitySettings settings,
            Clock clock) {
        this.links = links;
        this.recoveries = recoveries;
        this.notices = notices;
        this.accounts = accounts;
        this.events = events;
        this.sender = sender;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Set<String> writes() {
        return Arrays.stream(Notice.values()).map(Notice::tag).collect(Collectors.toSet());
    }

    @Override
    public Written write(Mail mail) {
        Notice notice = Notice.of(mail.notice());
        Optional<Written.Ready> written =
                switch (notice.leads()) {
                    case ASKED_FOR ->
                            links.wanted(mail.about(), Proof.WALL.instant())
                                    .flatMap(link ->
                                            notice == Notice.SIGN_IN_LINK
                                                    ? signInLink(link)
                                                    : addressLink(link));
                    case SECURITY, STOP, BOARD -> notices.find(mail.about()).flatMap(this::telling);
                };
        return written.isPresent() ? written.get() : new Written.Nothing();
    }

    /** Nothing where the address has no account, or one whose owner has never chosen a password. */
    private Optional<Written.Ready> signInLink(MailedLinks.Link link) {
        return accounts.withEmail(link.email())
                .filter(account -> account.open() && account.claimed())
                .map(account -> {
                    if (!link.written()) {
                        events.add(
                                account.id(),
                                clock.instant(),
                                "sign-in-link-sent",
                                "",
                                link.address());
                    }
                    String token = links.write(link.id(), account.id(), Proof.WALL.instant());
                    return ready(
                            Notice.SIGN_IN_LINK,
                            link.language(),
                            account,
                            account.email(),
                            Map.of(
                                    "minutes",
                                    Long.toString(MailedLinks.LIFETIME.toMinutes()),
                                    "address",
                                    link.address(),
                                    "link",
                                    origin() + LinkController.USE + "?token=" + token));
                });
    }

    /** Nothing where the address has become somebody's meanwhile, or was somebody's all along. */
    private Optional<Written.Ready> addressLink(MailedLinks.Link link) {
        return link.owner()
                .flatMap(accounts::find)
                .filter(Account::open)
                .filter(account -> accounts.withEmail(link.email()).isEmpty())
                .map(account -> {
                    String token = links.write(link.id(), account.id(), Proof.WALL.instant());
                    return ready(
                            Notice.ADDRESS_LINK,
                            link.language(),
                            account,
                            link.email(),
                            Map.of(
                                    "minutes",
                                    Long.toString(MailedLinks.LIFETIME.toMinutes()),
                                    "link",
                                    origin() + AddressController.CONFIRM + "?token=" + token));
                });
    }

    private Optional<Written.Ready> telling(Notices.Telling telling) {
        return accounts.find(telling.account())
                .flatMap(account -> {
                    Language language = accounts.language(account.id());
                    return link(telling)
                            .map(link ->
                                    ready(
                                            telling.notice(),
                                            language,
                                            account,
                                            telling.email(),
                                            Map.of(
                                                    "at",
                                                    language.moment(telling.at()),
                                                    "detail",
                                                    detail(telling, language),
                                                    "link",
                                                    link)));
                });
    }

    private static String detail(Notices.Telling telling, Language language) {
        if (telling.notice() == Notice.ROLES_CHANGED) return roles(telling.detail(), language);
        return telling.notice() == Notice.RECOVERY_BEGUN
                ? language.moment(Instant.parse(telling.detail()))
                : telling.detail();
    }

    /** Empty where what the letter asks its reader to stop is over. */
    private Optional<String> link(Notices.Telling telling) {
        return switch (telling.notice().leads()) {
            case STOP ->
                    recoveries
                            .openOf(telling.account())
                            .filter(Recovery.Waiting.class::isInstance)
                            .map(recovery -> recoveries.stopToken(recovery.heading().id()))
                            .map(token ->
                                    origin() + RecoveryPageController.STOP + "?token=" + token);
            case BOARD -> Optional.of(origin() + BOARD_PAGE);
            case SECURITY -> Optional.of(origin() + SignInConfiguration.SECURITY);
            case ASKED_FOR -> Optional.empty(); // Its link is that which was asked for.
        };
    }

    private Written.Ready ready(
            Notice notice,
            Language language,
            Account account,
            String to,
            Map<String, String> particular) {
        var values = new HashMap<>(particular);
        values.put("name", account.name());
        values.put("coop", sender.from().orElseThrow().name());
        Notice.Words words = notice.words(language, values);
        return new Written.Ready(to, language.locale(), words.subject(), words.body(), null);
    }

    private static String roles(String words, Language language) {
        return words.isEmpty()
                ? "–"
                : Arrays.stream(words.split(" ", -1))
                        .map(word -> Notice.name(Role.of(word), language))
                        .collect(Collectors.joining(", "));
    }

    private String origin() {
        return settings.origin();
    }
}
