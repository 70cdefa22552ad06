package org.coopmesh.billing.instalment;

import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.instalment.InstalmentPlan.Closed;
import org.coopmesh.billing.instalment.InstalmentPlan.How;
import org.coopmesh.billing.instalment.InstalmentPlan.Running;
import org.coopmesh.billing.instalment.InstalmentPlans.Step;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.mail.Letter;
import org.coopmesh.billing.mail.LetterWriter;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.party.Language;
import org.springframework.stereotype.Component;

/** Writes what was agreed, refused or ended, as long as that is how it stands when the mail leaves. */
@Component
class InstalmentLetters implements LetterWriter {
    private final PayingInParts paying;
    private final Invoicing invoicing;

    InstalmentLetters(PayingInParts paying, Invoicing invoicing) {
        this.paying = paying;
        this.invoicing = invoicing;
    }

    @Override
    public Set<Notice> writes() {
        return Set.of(
                Notice.INSTALMENTS_AGREED, Notice.INSTALMENTS_REFUSED, Notice.INSTALMENTS_ENDED);
    }

    @Override
    public Optional<Letter> letter(Notice notice, UUID about, Language language) {
        return switch (paying.find(about)) {
            case InstalmentPlan.Asked asked -> Optional.empty();
            case Running running when notice == Notice.INSTALMENTS_AGREED ->
                    agreed(running, language);
            case Running running -> Optional.empty();
            case Closed closed when notice == Notice.INSTALMENTS_AGREED -> Optional.empty();
            case Closed closed when closed.how() == How.REFUSED ->
                    Optional.of(
                            new Letter(
                                    notice,
                                    Map.of("reason", String.valueOf(last(about).reason())),
                                    null));
            case Closed closed -> ended(closed, language);
        };
    }

    private Optional<Letter> agreed(Running plan, Language language) {
        return firstOpen(plan)
                .map(invoice ->
                        new Letter(
                                Notice.INSTALMENTS_AGREED,
                                Map.of(
                                        "total",
                                        language.money(plan.total().orElseThrow()),
                                        "parts",
                                        plan.parts().stream()
                                                .map(part ->
                                                        "%d. %s, %s"
                                                                .formatted(
                                                                        part.number(),
                                                                        language.day(part.dueOn()),
                                                                        language.money(
                                                                                part.amount())))
                                                .collect(Collectors.joining("\n")),
                                        "link",
                                        invoicing.payLink(invoice)),
                                null));
    }

    private Optional<Letter> ended(Closed plan, Language language) {
        Money open = paying.open(plan);
        LocalDate owedFrom = last(plan.heading().id()).owedFrom();
        if (owedFrom == null) {
            return Optional.empty();
        }
        return firstOpen(plan)
                .map(invoice ->
                        new Letter(
                                Notice.INSTALMENTS_ENDED,
                                Map.of(
                                        "open",
                                        language.money(open),
                                        "due",
                                        language.day(owedFrom),
                                        "link",
                                        invoicing.payLink(invoice)),
                                null));
    }

    private Step last(UUID plan) {
        return paying.steps(plan).getLast();
    }

    /** The oldest of its invoices with something open: what is paid there pays the next ones, too. */
    private Optional<InvoiceId> firstOpen(InstalmentPlan plan) {
        return invoicing.owing(plan.heading().payer()).stream()
                .map(Invoice::heading)
                .map(Invoice.Heading::id)
                .filter(plan.heading().invoices()::contains)
                .findFirst();
    }
}
