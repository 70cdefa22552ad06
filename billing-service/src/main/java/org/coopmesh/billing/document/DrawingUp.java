package org.coopmesh.billing.document;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.coopmesh.billing.invoice.CreditNote;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.mail.Mailing;
import org.coopmesh.billing.mail.Notice;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.PayerDetails;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.eventbus.Changes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Draws documents up behind the issuing of invoices: each once, as of the moment of issue, and never again. Waits until the
 * co-op has said who it is; an invoice without a seller is none.
 */
@Service
@EnableConfigurationProperties(DocumentSettings.class)
public class DrawingUp {
    /** How many failures are shown. */
    static final int FAILURES_MAX = 100;

    /** How many documents one archive holds. */
    static final int ARCHIVE_MAX = 100_000;

    private static final Logger log = LoggerFactory.getLogger(DrawingUp.class);

    /** Whose document came later than so long after its issue is told of it in person, not by a mail out of the blue. */
    private static final Period TOLD_WITHIN = Period.ofDays(31);

    private static final int QUEUE_BATCH = 500;
    private static final int FAILURE_CHARS_MAX = 500;

    private final Documents documents;
    private final Invoicing invoicing;
    private final PartyRegister parties;
    private final PayerRegister register;
    private final Mailing mailing;
    private final DocumentSettings settings;
    private final Changes changes;
    private final TransactionTemplate transaction;
    private final Clock clock;

    DrawingUp(
            Documents documents,
            Invoicing invoicing,
            PartyRegister parties,
            PayerRegister register,
            Mailing mailing,
            DocumentSettings settings,
            Changes changes,
            TransactionTemplate transaction,
            Clock clock) {
        this.documents = documents;
        this.invoicing = invoicing;
        this.parties = parties;
        this.register = register;
        this.mailing = mailing;
        this.settings = settings;
        this.changes = changes;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** How far it has come. Without a seller nothing is drawn up. */
    record Progress(boolean sellerKnown, Documents.Count count, List<Documents.Failed> failures) {}

    /** Queues what was issued since, then draws up everything that is due. */
    @Scheduled(fixedDelayString = "${coopmesh.document.check-interval:PT5S}")
    void check() {
        for (String series : invoicing.series()) {
            queue(
                    series,
                    last ->
                            invoicing.issuedAfter(series, last, QUEUE_BATCH).stream()
                                    .map(DrawingUp::issued)
                                    .toList());
        }
        for (String series : invoicing.creditSeries()) {
            queue(
                    series,
                    last ->
                            invoicing.creditedAfter(series, last, QUEUE_BATCH).stream()
                                    .map(DrawingUp::issued)
                                    .toList());
        }
        if (parties.seller().isPresent()) {
            while (Boolean.TRUE.equals(transaction.execute(status -> drawUpNext()))) {
                // One document a transaction: a kill loses one at most, and it is drawn up again.
            }
        }
    }

    private void queue(String series, LongFunction<List<Documents.Issued>> after) {
        List<Documents.Issued> issued;
        do {
            issued = after.apply(documents.lastQueued(series));
            if (!issued.isEmpty()) {
                documents.queue(issued, clock.instant());
            }
        } while (issued.size() == QUEUE_BATCH);
    }

    private static Documents.Issued issued(Invoice.Heading invoice) {
        return new Documents.Issued(
                invoice.id().value(),
                invoice.series(),
                invoice.place(),
                invoice.payer().value(),
                invoice.issuedOn());
    }

    private static Documents.Issued issued(CreditNote note) {
        String number = note.number();
        int dash = number.indexOf('-');
        return new Documents.Issued(
                note.id(),
                number.substring(0, dash),
                Long.parseLong(number.substring(dash + 1)),
                note.payer().value(),
                note.issuedOn());
    }

    private boolean drawUpNext() {
        Instant now = clock.instant();
        Optional<Documents.Waiting> next = documents.lockNext(now);
        if (next.isEmpty()) {
            return false;
        }
        UUID id = next.get().id();
        changes.tell("documents");
        Drawn drawn;
        try {
            drawn = drawUp(id);
        } catch (RuntimeException why) {
            fail(id, next.get().attempts() + 1, why, now);
            return true;
        }
        documents.keep(id, drawn.pdf(), drawn.xml(), sha256(drawn.pdf()), sha256(drawn.xml()), now);
        tell(id, now);
        return true;
    }

    private void tell(UUID id, Instant now) {
        Optional<CreditNote> note = invoicing.creditNote(id);
        Invoice.Heading heading =
                invoicing
                        .find(note.map(CreditNote::invoice).orElseGet(() -> new InvoiceId(id)))
                        .heading();
        LocalDate issuedOn = note.map(CreditNote::issuedOn).orElse(heading.issuedOn());
        if (!register.coop().dayAt(now).isAfter(issuedOn.plus(TOLD_WITHIN))) {
            mailing.tell(
                    new Mailing.Told(
                            note.isPresent() ? Notice.CREDIT_NOTE : Notice.INVOICE,
                            id,
                            heading.payer()));
        }
    }

    private void fail(UUID id, int attempts, RuntimeException why, Instant now) {
        log.atWarn()
                .setCause(why)
                .addKeyValue("documentId", id)
                .addKeyValue("attempts", attempts)
                .log("document not drawn up");
        String told = String.valueOf(why.getMessage());
        documents.fail(
                id,
                attempts,
                told.substring(0, Math.min(told.length(), FAILURE_CHARS_MAX)),
                attempts >= settings.attemptsMax()
                        ? null
                        : now.plus(settings.retryAfter().multipliedBy(1L << (attempts - 1))));
    }

    /** A document in both its forms. */
    record Drawn(byte[] pdf, byte[] xml) {}

    /** The document as it comes out of what was said by the moment of issue. Writes nothing. */
    Drawn drawUp(UUID id) {
        Optional<CreditNote> note = invoicing.creditNote(id);
        return note.isPresent() ? creditNote(note.get()) : invoice(new InvoiceId(id));
    }

    private Drawn invoice(InvoiceId id) {
        Invoicing.Statement statement = invoicing.statement(id);
        Seller seller = parties.seller(statement.issuedAt()).orElseThrow();
        PayerDetails buyer =
                parties.details(statement.heading().payer(), statement.issuedAt(), seller);
        TradeInvoice invoice =
                Drafting.invoice(statement, seller, buyer, invoicing.vat(id.value()));
        PaymentReference reference = Drafting.reference(seller, statement.heading());
        return drawn(invoice, EpcQr.of(seller, invoice.due(), reference), reference.printed());
    }

    private Drawn creditNote(CreditNote note) {
        Seller seller = parties.seller(note.issuedAt()).orElseThrow();
        PayerDetails buyer = parties.details(note.payer(), note.issuedAt(), seller);
        Invoice.Heading corrected = invoicing.find(note.invoice()).heading();
        return drawn(
                Drafting.creditNote(note, corrected, seller, buyer, invoicing.vat(note.id())),
                Optional.empty(),
                "");
    }

    private static Drawn drawn(
            TradeInvoice invoice, Optional<EpcQr> code, String printedReference) {
        byte[] xml = CiiWriter.write(invoice);
        byte[] pdf =
                PdfWriter.write(
                        InvoiceSheet.of(invoice, code, printedReference),
                        xml,
                        InvoiceSheet.title(invoice),
                        invoice.seller().name(),
                        invoice.issuedOn());
        return new Drawn(pdf, xml);
    }

    Progress progress() {
        return new Progress(
                parties.seller().isPresent(), documents.count(), documents.failed(FAILURES_MAX));
    }

    /** Tries all again that had failed for good; how many. */
    int retry() {
        return documents.retryFailed(clock.instant());
    }

    /** How the document of an invoice or a credit note stands. */
    Documents.State state(UUID id) {
        return documents.state(id).orElse(new Documents.State("waiting", null, null, null));
    }

    /** What a transfer for the invoice carries; empty until the co-op has said who it is, and which kind it wants. */
    Optional<PaymentReference> reference(Invoice.Heading invoice) {
        return parties.seller().map(seller -> Drafting.reference(seller, invoice));
    }

    /**
     * The document of an invoice or a credit note.
     *
     * @throws DocumentNotReady if it is not drawn up yet
     */
    Documents.Kept find(UUID id) {
        return documents.find(id).orElseThrow(() -> new DocumentNotReady(id));
    }

    /** Writes all PDFs of invoices and credit notes issued in {@code month} into one archive, the newest beyond {@link #ARCHIVE_MAX} left out. */
    void archive(YearMonth month, OutputStream to) throws IOException {
        try (var zip = new ZipOutputStream(to)) {
            for (UUID id : documents.ready(month, ARCHIVE_MAX)) {
                Documents.Kept kept = find(id);
                var entry = new ZipEntry(kept.number() + ".pdf");
                entry.setTime(0);
                zip.putNextEntry(entry);
                zip.write(kept.pdf());
                zip.closeEntry();
            }
        }
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
