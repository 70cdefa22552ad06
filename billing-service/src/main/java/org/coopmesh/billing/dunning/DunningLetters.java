package org.coopmesh.billing.dunning;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.mail.Letter;
import org.coopmesh.billing.mail.LetterWriter;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.party.Language;
import org.springframework.stereotype.Component;

/** Writes reminders, as long as there is something to remind of when the mail leaves. */
@Component
class DunningLetters implements LetterWriter {
    private final Invoicing invoicing;
    private final Dunning dunning;

    DunningLetters(Invoicing invoicing, Dunning dunning) {
        this.invoicing = invoicing;
        this.dunning = dunning;
    }

    @Override
    public Set<Notice> writes() {
        return Set.of(Notice.REMINDER, Notice.LAST_REMINDER, Notice.OVERDUE);
    }

    /** Nothing where it was paid by then, is being collected or paid in parts, or the payer is let be. */
    @Override
    public Optional<Letter> letter(Notice notice, UUID about, Language language) {
        var id = new InvoiceId(about);
        Invoice invoice = invoicing.find(id);
        if (!(invoice instanceof Invoice.Owing owing)
                || dunning.hold(owing.heading().payer()).isPresent()
                || dunning.collected().contains(id)) {
            return Optional.empty();
        }
        Invoice.Heading heading = owing.heading();
        return Optional.of(
                new Letter(
                        notice,
                        Map.of(
                                "number",
                                heading.number(),
                                "total",
                                language.money(heading.total()),
                                "open",
                                language.money(owing.open()),
                                "due",
                                language.day(owing.payBy()),
                                "link",
                                invoicing.payLink(id)),
                        null));
    }
}
