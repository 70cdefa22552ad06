package org.coopmesh.membership.identity;

import java.time.Clock;
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

/** Writes what people are told about how they sign in, each in the language of the browser they last signed in with. */
@Component
class SignInLetters implements MailWriter {
    private final MailedLinks links;
    private final Notices notices;
    private final Accounts accounts;
    private final IdentityEvents events;
    private final MailSender sender;
    private final IdentitySettings settings;
    private final Clock clock;

    SignInLetters(
            MailedLinks links,
            Notices notices,
            Accounts accounts,
            IdentityEvents events,
            MailSender sender,
            IdentitySettings settings,
            Clock clock) {
        this.links = links;
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
        Optional<? extends Written> written =
                switch (notice) {
                    case SIGN_IN_LINK ->
                            links.wanted(mail.about(), Proof.WALL.instant())
                                    .flatMap(this::signInLink);
                    case ADDRESS_LINK ->
                            links.wanted(mail.about(), Proof.WALL.instant())
                                    .flatMap(this::addressLink);
                    case PASSKEY_ADDED,
                            PASSKEY_REMOVED,
                            CODE_APP_ADDED,
                            CODE_APP_REMOVED,
                            PASSWORD_CHANGED,
                            PASSWORD_CHOSEN,
                            ADDRESS_CHANGED,
                            ROLES_CHANGED ->
                            notices.find(mail.about()).flatMap(this::telling);
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
                .map(account -> {
                    Language language = accounts.language(account.id());
                    return ready(
                            telling.notice(),
                            language,
                            account,
                            telling.email(),
                            Map.of(
                                    "at",
                                    language.moment(telling.at()),
                                    "detail",
                                    telling.notice() == Notice.ROLES_CHANGED
                                            ? roles(telling.detail(), language)
                                            : telling.detail(),
                                    "link",
                                    origin() + SignInConfiguration.SECURITY));
                });
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
