package org.coopmesh.billing.autopay;

import java.time.LocalDate;
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

/** Writes that a charge was refused, and what comes next; nothing where it was paid by then, or the payer chose something else. */
@Component
class AutopayLetters implements LetterWriter {
    private final Autopay autopay;
    private final Invoicing invoicing;

    AutopayLetters(Autopay autopay, Invoicing invoicing) {
        this.autopay = autopay;
        this.invoicing = invoicing;
    }

    @Override
    public Set<Notice> writes() {
        return Set.of(Notice.CHARGE_FAILED, Notice.TOP_UP_FAILED);
    }

    @Override
    public Optional<Letter> letter(Notice notice, UUID about, Language language) {
        Try failed = autopay.find(about).orElseThrow();
        InvoiceId invoice = failed.invoice();
        String why = String.valueOf(failed.why());
        if (invoice == null) {
            return Optional.of(
                    new Letter(
                            Notice.TOP_UP_FAILED,
                            Map.of(
                                    "amount",
                                    language.money(failed.amount()),
                                    "reason",
                                    why,
                                    "link",
                                    "/my/autopay"),
                            null));
        }
        if (!(invoicing.find(invoice) instanceof Invoice.Owing owing)) {
            return Optional.empty();
        }
        LocalDate retry =
                autopay.next(owing).orElse(null) instanceof Schedule.Next.From(LocalDate day)
                        ? day
                        : null;
        return Optional.of(
                new Letter(
                        retry == null ? Notice.CHARGE_GIVEN_UP : Notice.CHARGE_FAILED,
                        Map.of(
                                "number",
                                owing.heading().number(),
                                "amount",
                                language.money(failed.amount()),
                                "reason",
                                why,
                                "retry",
                                retry == null ? "" : language.day(retry),
                                "link",
                                invoicing.payLink(invoice)),
                        null));
    }
}
