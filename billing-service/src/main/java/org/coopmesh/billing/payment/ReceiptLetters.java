package org.coopmesh.billing.payment;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.mail.Letter;
import org.coopmesh.billing.mail.LetterWriter;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.party.Language;
import org.springframework.stereotype.Component;

/** Writes that money came in; not where it went back before the mail left. */
@Component
class ReceiptLetters implements LetterWriter {
    private final Payments payments;
    private final Invoicing invoicing;

    ReceiptLetters(Payments payments, Invoicing invoicing) {
        this.payments = payments;
        this.invoicing = invoicing;
    }

    @Override
    public Set<Notice> writes() {
        return Set.of(Notice.RECEIPT);
    }

    @Override
    public Optional<Letter> letter(Notice notice, UUID about, Language language) {
        return payments.find(List.of(about)).stream()
                .filter(payment -> payment.reversal() == null)
                .findFirst()
                .map(payment -> {
                    Money open =
                            invoicing.owing(payment.payer()).stream()
                                    .map(Invoice::open)
                                    .reduce(Money.zero(payment.amount().currency()), Money::plus);
                    return new Letter(
                            Notice.RECEIPT,
                            Map.of(
                                    "amount",
                                    language.money(payment.amount()),
                                    "received",
                                    language.day(payment.receivedOn()),
                                    "open",
                                    language.money(open)),
                            null);
                });
    }
}
