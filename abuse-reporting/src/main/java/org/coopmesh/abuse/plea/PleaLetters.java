package org.coopmesh.abuse.plea;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.coopmesh.abuse.bouncer.Dropped;
import org.coopmesh.abuse.report.FollowUpToken;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.report.Words;
import org.coopmesh.abuse.subject.Coop;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.MailWriter;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes to people who are no members: what bans their address and where to appeal, and what came of it. The secret of a link is
 * made when the letter leaves, and kept as a hash.
 */
@Component
class PleaLetters implements MailWriter {
    static final String LINK = "plea-link";
    static final String ANSWER = "plea-answer";

    private final Pleas pleas;
    private final Pleading pleading;
    private final SubjectRegister subjects;
    private final PleaSettings settings;
    private final TransactionTemplate transaction;

    PleaLetters(
            Pleas pleas,
            Pleading pleading,
            SubjectRegister subjects,
            PleaSettings settings,
            TransactionTemplate transaction) {
        this.pleas = pleas;
        this.pleading = pleading;
        this.subjects = subjects;
        this.settings = settings;
        this.transaction = transaction;
    }

    static Words words(Language language) {
        return Words.of(PleaLetters.class, "letters", language);
    }

    @Override
    public Set<String> writes() {
        return Set.of(LINK, ANSWER);
    }

    @Override
    public Written write(Mail mail) {
        return switch (mail.notice()) {
            case LINK -> pleas.asking(mail.about()).map(this::link).orElseGet(Written.Nothing::new);
            case ANSWER ->
                    pleas.find(new PleaId(mail.about()))
                            .map(this::answer)
                            .orElseGet(Written.Nothing::new);
            default -> new Written.Nothing();
        };
    }

    private Written link(Asking asking) {
        Words words = words(asking.language());
        String address = asking.address().addressText();
        List<Dropped> covering = pleading.covering(asking.address());
        if (covering.isEmpty()) {
            return letter(words, "free", asking.email(), Map.of("address", address), Map.of());
        }
        Dropped first = covering.getFirst();
        if (!Pleading.isOurs(first)) {
            return letter(
                    words,
                    "listed",
                    asking.email(),
                    Map.of("address", address),
                    Map.of("list", first.source().scenario()));
        }
        if (settings.publicUrl().isBlank()) return new Written.Nothing();
        FollowUpToken token = FollowUpToken.random();
        transaction.executeWithoutResult(s -> pleas.setToken(asking.id(), token.hash()));
        return letter(
                words,
                "banned",
                asking.email(),
                Map.of("address", address),
                Map.of(
                        "prefix",
                        first.prefix().toString(),
                        "until",
                        until(words, first.until()),
                        "link",
                        settings.publicUrl().replaceAll("/+$", "")
                                + "/appeal/"
                                + asking.id()
                                + "#"
                                + token.value()));
    }

    private Written answer(Plea plea) {
        Petition petition = plea.petition();
        String email = petition.email();
        if (email == null) return new Written.Nothing();
        Words words = words(petition.language());
        var address = Map.of("address", petition.address().addressText());
        return switch (plea) {
            case Plea.Lodged l -> new Written.Nothing();
            case Plea.Granted g ->
                    letter(
                            words,
                            isStillBanned(petition.address()) ? "granted.other" : "granted",
                            email,
                            address,
                            Map.of("reason", g.reason()));
            case Plea.Refused r ->
                    letter(words, "refused", email, address, Map.of("reason", r.reason()));
            case Plea.Over o ->
                    letter(
                            words,
                            isStillBanned(petition.address()) ? "over.other" : "over",
                            email,
                            address,
                            Map.of());
        };
    }

    private boolean isStillBanned(Prefix address) {
        return !pleading.covering(address).isEmpty();
    }

    private String until(Words words, @Nullable Instant until) {
        Optional<Coop> coop = subjects.coop();
        ZoneId zone = coop.map(Coop::zone).orElse(ZoneOffset.UTC);
        return until == null
                ? words.of("permanent")
                : words.of("until", Map.of("until", words.language().moment(until, zone)));
    }

    private static Written letter(
            Words words,
            String key,
            String to,
            Map<String, String> address,
            Map<String, String> more) {
        var values = new HashMap<>(address);
        values.putAll(more);
        return new Written.Ready(
                to,
                words.language().locale(),
                words.of("subject", values),
                words.of(key, values),
                null);
    }
}
