package org.coopmesh.billing.invoice;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.contracts.billing.v1.InvoiceCredited;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.contracts.billing.v1.InvoiceIssued;
import org.coopmesh.contracts.billing.v1.InvoiceOverdue;
import org.coopmesh.contracts.billing.v1.InvoiceReopened;
import org.coopmesh.contracts.billing.v1.InvoiceSettled;

/** Invoices as facts on the wire. */
final class InvoiceEvents {
    static final String TOPIC = "coopmesh.billing.invoice.v1";

    private InvoiceEvents() {}

    static InvoiceEvent issued(Invoice.Heading invoice, String payPath, Instant at) {
        return event(invoice, at)
                .setIssued(
                        InvoiceIssued.newBuilder()
                                .setNumber(invoice.number())
                                .setTotalMicro(invoice.total().microUnits())
                                .setCurrency(invoice.total().currency().getCurrencyCode())
                                .setDueOn(invoice.dueOn().toString())
                                .setPayPath(payPath))
                .build();
    }

    static InvoiceEvent overdue(Invoice.Overdue invoice, Instant at) {
        return event(invoice.heading(), at)
                .setOverdue(
                        InvoiceOverdue.newBuilder()
                                .setSince(invoice.since().toString())
                                .setOpenMicro(invoice.open().microUnits())
                                .setCurrency(
                                        invoice.heading().total().currency().getCurrencyCode()))
                .build();
    }

    static InvoiceEvent settled(Invoice.Heading invoice, LocalDate on, Instant at) {
        return event(invoice, at)
                .setSettled(InvoiceSettled.newBuilder().setSettledOn(on.toString()))
                .build();
    }

    static InvoiceEvent reopened(Invoice.Owing invoice, Instant at) {
        return event(invoice.heading(), at)
                .setReopened(
                        InvoiceReopened.newBuilder()
                                .setOpenMicro(invoice.open().microUnits())
                                .setCurrency(invoice.heading().total().currency().getCurrencyCode())
                                .setDueOn(invoice.payBy().toString()))
                .build();
    }

    static InvoiceEvent credited(Invoice.Heading invoice, CreditNote note) {
        return event(invoice, note.issuedAt())
                .setCredited(
                        InvoiceCredited.newBuilder()
                                .setCreditNoteId(note.id().toString())
                                .setNumber(note.number())
                                .setAmountMicro(note.amount().microUnits())
                                .setCurrency(note.amount().currency().getCurrencyCode()))
                .build();
    }

    private static InvoiceEvent.Builder event(Invoice.Heading invoice, Instant at) {
        return InvoiceEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPayerId(invoice.payer().toString())
                .setInvoiceId(invoice.id().value().toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()));
    }
}
