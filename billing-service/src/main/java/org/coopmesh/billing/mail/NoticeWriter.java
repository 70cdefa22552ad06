package org.coopmesh.billing.mail;

import java.net.URI;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.coopmesh.billing.party.Language;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.PayerDetails;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.MailSender;
import org.coopmesh.mail.MailWriter;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Writes notices in the payer's language and the co-op's words, to the address that the payer gave for invoices. */
@Component
class NoticeWriter implements MailWriter, MailSender {
    private final MailTexts texts;
    private final PartyRegister parties;
    private final Map<Notice, LetterWriter> writers = new EnumMap<>(Notice.class);
    private final URI site;

    NoticeWriter(
            MailTexts texts,
            PartyRegister parties,
            List<LetterWriter> writers,
            @Value("${coopmesh.public-url}") URI site) {
        this.texts = texts;
        this.parties = parties;
        writers.forEach(
                writer -> writer.writes().forEach(notice -> this.writers.put(notice, writer)));
        this.site = site;
    }

    /** The co-op, as it stands on its invoices. */
    @Override
    public Optional<From> from() {
        return parties.seller().map(seller -> new From(seller.name(), seller.email()));
    }

    @Override
    public Set<String> writes() {
        return Arrays.stream(Notice.values()).map(Notice::tag).collect(Collectors.toSet());
    }

    @Override
    public Written write(Mail mail) {
        Seller seller = parties.seller().orElseThrow();
        Notice notice = Notice.of(mail.notice());
        var payer = new PayerId(mail.recipient());
        PayerDetails details =
                parties.details(payer)
                        .orElseGet(() ->
                                PayerDetails.unknown(
                                        payer, seller.address().country(), seller.language()));
        String to = details.email();
        if (to == null) return new Written.Unaddressed();
        return Optional.ofNullable(writers.get(notice))
                .flatMap(writer -> writer.letter(notice, mail.about(), details.language()))
                .<Written>map(letter -> ready(notice, letter, details, seller, to))
                .orElseGet(Written.Nothing::new);
    }

    private Written.Ready ready(
            Notice notice, Letter letter, PayerDetails details, Seller seller, String to) {
        var values = new HashMap<>(letter.values());
        values.put("name", details.name());
        values.put("coop", seller.name());
        // A path becomes an address here: who writes the letter does not know where browsers find
        // the co-op.
        values.computeIfPresent("link", (place, path) -> site.resolve(path).toString());
        Language language = details.language();
        Wording words = texts.words(letter.words(), language).filled(values);
        return new Written.Ready(
                to,
                language.locale(),
                words.subject(),
                words.body(),
                texts.isEnclosed(notice) ? letter.enclosure() : null);
    }
}
