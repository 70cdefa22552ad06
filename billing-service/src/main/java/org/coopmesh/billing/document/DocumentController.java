package org.coopmesh.billing.document;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.YearMonth;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.InvoiceNotFound;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Documents of invoices: a member's own, everybody's for the treasurer and the board. */
@RestController
@RequestMapping("/api")
class DocumentController {
    private final DrawingUp documents;
    private final Invoicing invoicing;
    private final PayerRegister register;

    DocumentController(DrawingUp documents, Invoicing invoicing, PayerRegister register) {
        this.documents = documents;
        this.invoicing = invoicing;
        this.register = register;
    }

    /** @param id of the invoice or credit note */
    record FailedView(UUID id, String number, int attempts, String why) {}

    /** @param sellerKnown false: everything waits until the treasurer has said who the co-op is */
    record ProgressView(
            boolean sellerKnown, long waiting, long ready, long failed, List<FailedView> failures) {
        static ProgressView of(DrawingUp.Progress progress) {
            return new ProgressView(
                    progress.sellerKnown(),
                    progress.count().waiting(),
                    progress.count().ready(),
                    progress.count().failed(),
                    progress.failures().stream()
                            .map(failed ->
                                    new FailedView(
                                            failed.id(),
                                            failed.number(),
                                            failed.attempts(),
                                            failed.why()))
                            .toList());
        }
    }

    /**
     * @param state waiting, ready or failed
     * @param reference what a transfer carries, as people read it; null until the co-op has said who it is
     */
    record DocumentView(
            String state,
            @Nullable Instant drawnUpAt,
            @Nullable String pdfSha256,
            @Nullable String xmlSha256,
            @Nullable String reference) {}

    /** How the document of an invoice stands. */
    @GetMapping("/invoices/{id}/document")
    @PreAuthorize("isAuthenticated()")
    DocumentView document(@PathVariable UUID id, Authentication authentication) {
        Invoice.Heading invoice = readable(id, authentication);
        Documents.State state = documents.state(invoice.id().value());
        return new DocumentView(
                state.state(),
                state.drawnUpAt(),
                hex(state.pdfHash()),
                hex(state.xmlHash()),
                documents.reference(invoice).map(PaymentReference::printed).orElse(null));
    }

    private static @Nullable String hex(byte @Nullable [] hash) {
        return hash == null ? null : HexFormat.of().formatHex(hash);
    }

    /** The invoice as PDF/A-3, with its XML in it. */
    @GetMapping(value = "/invoices/{id}/document.pdf", produces = MediaType.APPLICATION_PDF_VALUE)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<byte[]> pdf(@PathVariable UUID id, Authentication authentication) {
        Documents.Kept kept = find(id, authentication);
        return file(kept.number() + ".pdf", MediaType.APPLICATION_PDF, kept.pdf());
    }

    /** The invoice as EN 16931 XML, the same as in the PDF. */
    @GetMapping(value = "/invoices/{id}/document.xml", produces = MediaType.APPLICATION_XML_VALUE)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<byte[]> xml(@PathVariable UUID id, Authentication authentication) {
        Documents.Kept kept = find(id, authentication);
        return file(kept.number() + ".xml", MediaType.APPLICATION_XML, kept.xml());
    }

    /** The credit note as PDF/A-3, with its XML in it. */
    @GetMapping(
            value = "/invoices/{id}/credit-notes/{noteId}/document.pdf",
            produces = MediaType.APPLICATION_PDF_VALUE)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<byte[]> creditNotePdf(
            @PathVariable UUID id, @PathVariable UUID noteId, Authentication authentication) {
        Documents.Kept kept = creditNote(id, noteId, authentication);
        return file(kept.number() + ".pdf", MediaType.APPLICATION_PDF, kept.pdf());
    }

    /** The credit note as EN 16931 XML, the same as in the PDF. */
    @GetMapping(
            value = "/invoices/{id}/credit-notes/{noteId}/document.xml",
            produces = MediaType.APPLICATION_XML_VALUE)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<byte[]> creditNoteXml(
            @PathVariable UUID id, @PathVariable UUID noteId, Authentication authentication) {
        Documents.Kept kept = creditNote(id, noteId, authentication);
        return file(kept.number() + ".xml", MediaType.APPLICATION_XML, kept.xml());
    }

    private Documents.Kept creditNote(UUID id, UUID noteId, Authentication authentication) {
        return documents.find(invoicing.creditNote(readable(id, authentication).id(), noteId).id());
    }

    /** How many documents are drawn up, and which could not be. */
    @GetMapping("/billing/documents")
    @PreAuthorize("hasAnyRole('treasurer', 'board')")
    ProgressView progress() {
        return ProgressView.of(documents.progress());
    }

    /** Tries those again that could not be drawn up. */
    @PostMapping("/billing/documents/retry")
    @PreAuthorize("hasRole('treasurer')")
    ProgressView retry() {
        documents.retry();
        return ProgressView.of(documents.progress());
    }

    /** All PDFs of a month of issue in one archive. */
    @GetMapping(value = "/billing/documents/archive", produces = "application/zip")
    @PreAuthorize("hasRole('treasurer')")
    void archive(@RequestParam YearMonth month, HttpServletResponse response) throws IOException {
        response.setContentType("application/zip");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename("invoices-" + month + ".zip")
                        .build()
                        .toString());
        documents.archive(month, response.getOutputStream());
    }

    private Documents.Kept find(UUID id, Authentication authentication) {
        return documents.find(readable(id, authentication).id().value());
    }

    private Invoice.Heading readable(UUID id, Authentication authentication) {
        Invoice.Heading invoice = invoicing.find(new InvoiceId(id)).heading();
        Caller caller = Caller.of(authentication);
        if (!caller.readsAllMoney() && !register.pays(caller.member(), invoice.payer())) {
            throw new InvoiceNotFound(invoice.id());
        }
        return invoice;
    }

    private static ResponseEntity<byte[]> file(String name, MediaType type, byte[] bytes) {
        return ResponseEntity.ok()
                .contentType(type)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name).build().toString())
                .body(bytes);
    }

    @ExceptionHandler
    ProblemDetail notFound(InvoiceNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "invoice-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail notReady(DocumentNotReady e) {
        return problem(HttpStatus.CONFLICT, "document-not-ready", e);
    }

    private static ProblemDetail problem(HttpStatus status, String slug, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return problem;
    }
}
