package org.coopmesh.billing.document;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
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
    private final TransactionTemplate transaction;
    private final Clock clock;

    DrawingUp(
            Documents documents,
            Invoicing invoicing,
            PartyRegister parties,
            PayerRegister register,
            Mailing mailing,
            DocumentSettings settings,
            TransactionTemplate transaction,
            Clock clock) {
        this.documents = documents;
        this.invoicing = invoicing;
        this.parties = parties;
        this.register = register;
        this.mailing = mailing;
        this.settings = settings;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** How far it has come. Without a seller nothing is drawn up. */
    record Progress(boolean sellerKnown, Documents.Count count, List<Documents.Failed> failures) {}

    /** Queues what was issued since, then draws up everything that is due. */
    @Scheduled(fixedDelayString = "${coopmesh.document.check-interval:PT5S}")
    void check() {
        for (String series : invoicing.series()) {
            queue(series);
        }
        if (parties.seller().isPresent()) {
            while (Boolean.TRUE.equals(transaction.execute(status -> drawUpNext()))) {
                // One document a transaction: a kill loses one at most, and it is drawn up again.
            }
        }
    }

    private void queue(String series) {
        List<Invoice.Heading> issued;
        do {
            issued = invoicing.issuedAfter(series, documents.lastQueued(series), QUEUE_BATCH);
            if (!issued.isEmpty()) {
                documents.queue(issued, clock.instant());
            }
        } while (issued.size() == QUEUE_BATCH);
    }

    private boolean drawUpNext() {
        Instant now = clock.instant();
        Optional<Documents.Waiting> next = documents.lockNext(now);
        if (next.isEmpty()) {
            return false;
        }
        InvoiceId invoice = next.get().invoice();
        Drawn drawn;
        try {
            drawn = drawUp(invoice);
        } catch (RuntimeException why) {
            fail(invoice, next.get().attempts() + 1, why, now);
            return true;
        }
        documents.keep(
                invoice, drawn.pdf(), drawn.xml(), sha256(drawn.pdf()), sha256(drawn.xml()), now);
        Invoice.Heading heading = invoicing.find(invoice).heading();
        if (!register.coop().dayAt(now).isAfter(heading.issuedOn().plus(TOLD_WITHIN))) {
            mailing.tell(new Mailing.Told(Notice.INVOICE, invoice.value(), heading.payer()));
        }
        return true;
    }

    private void fail(InvoiceId invoice, int attempts, RuntimeException why, Instant now) {
        log.atWarn()
                .setCause(why)
                .addKeyValue("invoiceId", invoice.value())
                .addKeyValue("attempts", attempts)
                .log("document not drawn up");
        String told = String.valueOf(why.getMessage());
        documents.fail(
                invoice,
                attempts,
                told.substring(0, Math.min(told.length(), FAILURE_CHARS_MAX)),
                attempts >= settings.attemptsMax()
                        ? null
                        : now.plus(settings.retryAfter().multipliedBy(1L << (attempts - 1))));
    }

    /** A document in both its forms. */
    record Drawn(byte[] pdf, byte[] xml) {}

    /** The document as it comes out of what was said by the moment of issue. Writes nothing. */
    Drawn drawUp(InvoiceId id) {
        Invoicing.Statement statement = invoicing.statement(id);
        Seller seller = parties.seller(statement.issuedAt()).orElseThrow();
        PayerDetails buyer =
                parties.details(statement.heading().payer(), statement.issuedAt(), seller);
        TradeInvoice invoice = Drafting.invoice(statement, seller, buyer);
        PaymentReference reference = Drafting.reference(seller, statement.heading());
        byte[] xml = CiiWriter.write(invoice);
        byte[] pdf =
                PdfWriter.write(
                        InvoiceSheet.of(
                                invoice,
                                EpcQr.of(seller, invoice.due(), reference),
                                reference.printed()),
                        xml,
                        InvoiceSheet.title(invoice),
                        seller.name(),
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

    /** How the document of the invoice stands. */
    Documents.State state(InvoiceId invoice) {
        return documents.state(invoice).orElse(new Documents.State("waiting", null, null, null));
    }

    /** What a transfer for the invoice carries; empty until the co-op has said who it is, and which kind it wants. */
    Optional<PaymentReference> reference(Invoice.Heading invoice) {
        return parties.seller().map(seller -> Drafting.reference(seller, invoice));
    }

    /**
     * The document of an invoice.
     *
     * @throws DocumentNotReady if it is not drawn up yet
     */
    Documents.Kept find(InvoiceId invoice) {
        return documents.find(invoice).orElseThrow(() -> new DocumentNotReady(invoice));
    }

    /** Writes all PDFs of invoices issued in {@code month} into one archive, the newest beyond {@link #ARCHIVE_MAX} left out. */
    void archive(YearMonth month, OutputStream to) throws IOException {
        try (var zip = new ZipOutputStream(to)) {
            for (InvoiceId invoice : documents.ready(month, ARCHIVE_MAX)) {
                Documents.Kept kept = find(invoice);
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
