package org.coopmesh.billing.directdebit;

import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.directdebit.Run.Approved;
import org.coopmesh.billing.directdebit.Run.Item;
import org.coopmesh.billing.directdebit.Run.State;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.mail.Letter;
import org.coopmesh.billing.mail.LetterWriter;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.party.Language;
import org.springframework.stereotype.Component;

/** Writes what a mandate is, what will be collected, and what a bank did not let us have, as it is true when the mail leaves. */
@Component
class DebitLetters implements LetterWriter {
    private final Collecting collecting;
    private final Signing signing;
    private final Invoicing invoicing;

    DebitLetters(Collecting collecting, Signing signing, Invoicing invoicing) {
        this.collecting = collecting;
        this.signing = signing;
        this.invoicing = invoicing;
    }

    @Override
    public Set<Notice> writes() {
        return Set.of(Notice.MANDATE_SIGNED, Notice.COLLECTION, Notice.COLLECTION_FAILED);
    }

    @Override
    public Optional<Letter> letter(Notice notice, UUID about, Language language) {
        if (notice == Notice.MANDATE_SIGNED) {
            return signed(about);
        }
        return notice == Notice.COLLECTION ? collection(about, language) : failed(about, language);
    }

    /** Also where it was revoked by then: who did not sign it is to know. */
    private Optional<Letter> signed(UUID mandate) {
        Mandate.Terms terms = signing.find(mandate).terms();
        return Optional.of(
                new Letter(
                        Notice.MANDATE_SIGNED,
                        Map.of(
                                "mandate",
                                terms.reference(),
                                "creditor",
                                terms.creditorId(),
                                "account",
                                Runs.ends(terms.debtor().iban()),
                                "days",
                                String.valueOf(terms.noticeDays())),
                        null));
    }

    /** Nothing where the run was withdrawn, or its day is over. */
    private Optional<Letter> collection(UUID about, Language language) {
        Runs.InRun found = collecting.item(about).orElseThrow();
        Item item = found.item();
        if (item.state() != State.DUE || !(collecting.find(found.run()) instanceof Approved)) {
            return Optional.empty();
        }
        return Optional.of(
                new Letter(
                        Notice.COLLECTION,
                        Map.of(
                                "number",
                                item.number(),
                                "amount",
                                language.money(item.amount()),
                                "day",
                                language.day(found.collectOn()),
                                "mandate",
                                item.mandateReference(),
                                "creditor",
                                signing.find(item.mandate()).terms().creditorId(),
                                "account",
                                Runs.ends(item.debtor().iban())),
                        null));
    }

    /** Nothing where it was paid by then, or it was no failure after all. */
    private Optional<Letter> failed(UUID about, Language language) {
        Item item = collecting.item(about).orElseThrow().item();
        if (item.state() != State.REJECTED && item.state() != State.RETURNED
                || !(invoicing.find(item.invoice()) instanceof Invoice.Owing)) {
            return Optional.empty();
        }
        LocalDate retryOn = item.retryOn();
        boolean again = retryOn != null && collecting.isTriedAgain(item);
        return Optional.of(
                new Letter(
                        again ? Notice.COLLECTION_POSTPONED : Notice.COLLECTION_FAILED,
                        Map.of(
                                "number",
                                item.number(),
                                "amount",
                                language.money(item.amount()),
                                "code",
                                String.valueOf(item.reason()),
                                "retry",
                                retryOn == null ? "" : language.day(retryOn),
                                "link",
                                invoicing.payLink(item.invoice())),
                        null));
    }
}
