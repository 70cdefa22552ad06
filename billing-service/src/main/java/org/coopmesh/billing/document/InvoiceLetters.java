package org.coopmesh.billing.document;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.invoice.CreditNote;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.mail.Letter;
import org.coopmesh.billing.mail.LetterWriter;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.party.Language;
import org.coopmesh.mail.Enclosure;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Writes that an invoice or a credit note is ready, with its document, and a link under which what is open is paid. */
@Component
class InvoiceLetters implements LetterWriter {
    private final Invoicing invoicing;
    private final DrawingUp documents;

    InvoiceLetters(Invoicing invoicing, DrawingUp documents) {
        this.invoicing = invoicing;
        this.documents = documents;
    }

    @Override
    public Set<Notice> writes() {
        return Set.of(Notice.INVOICE, Notice.INVOICE_PAID, Notice.CREDIT_NOTE);
    }

    /** The link is made here and stands nowhere else than in the mail. What was written off is told to nobody. */
    @Override
    public Optional<Letter> letter(Notice notice, UUID about, Language language) {
        Documents.Kept kept = documents.find(about);
        var enclosure =
                new Enclosure(kept.number() + ".pdf", MediaType.APPLICATION_PDF_VALUE, kept.pdf());
        Optional<CreditNote> note = invoicing.creditNote(about);
        if (note.isPresent()) {
            return Optional.of(
                    new Letter(
                            Notice.CREDIT_NOTE,
                            Map.of(
                                    "number",
                                    note.get().number(),
                                    "invoice",
                                    note.get().invoiceNumber(),
                                    "amount",
                                    language.money(note.get().amount()),
                                    "reason",
                                    note.get().reason()),
                            enclosure));
        }
        var id = new InvoiceId(about);
        Invoice invoice = invoicing.find(id);
        String number = invoice.heading().number();
        String total = language.money(invoice.heading().total());
        return switch (invoice) {
            case Invoice.WrittenOff off -> Optional.empty();
            case Invoice.Paid paid ->
                    Optional.of(
                            new Letter(
                                    Notice.INVOICE_PAID,
                                    Map.of("number", number, "total", total),
                                    enclosure));
            case Invoice.Owing owing ->
                    Optional.of(
                            new Letter(
                                    Notice.INVOICE,
                                    Map.of(
                                            "number",
                                            number,
                                            "total",
                                            total,
                                            "open",
                                            language.money(owing.open()),
                                            "due",
                                            language.day(owing.heading().dueOn()),
                                            "link",
                                            invoicing.payLink(id)),
                                    enclosure));
        };
    }
}
