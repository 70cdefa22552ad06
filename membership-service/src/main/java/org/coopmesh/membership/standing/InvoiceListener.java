package org.coopmesh.membership.standing;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.coopmesh.membership.member.PayerId;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears what billing says about invoices. */
@Component
class InvoiceListener {
    private final Inbox inbox;
    private final StandingReview review;

    InvoiceListener(Inbox inbox, StandingReview review) {
        this.inbox = inbox;
        this.review = review;
    }

    @KafkaListener(topics = "coopmesh.billing.invoice.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        var event = InvoiceEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        var invoice = FactFields.id("invoice_id", event.getInvoiceId());
        var payer = new PayerId(FactFields.id("payer_id", event.getPayerId()));
        var at =
                Instant.ofEpochSecond(
                        event.getOccurredAt().getSeconds(), event.getOccurredAt().getNanos());
        switch (event.getFactCase()) {
            case OVERDUE ->
                    review.overdue(
                            invoice,
                            payer,
                            FactFields.day("overdue.since", event.getOverdue().getSince()),
                            at);
            case SETTLED -> review.settled(invoice, payer, at);
            case REOPENED ->
                    review.putOff(
                            invoice,
                            payer,
                            FactFields.day("reopened.due_on", event.getReopened().getDueOn()),
                            at);
            case ISSUED, CREDITED, FACT_NOT_SET -> {} // Newer facts arrive as FACT_NOT_SET.
        }
    }
}
