package org.coopmesh.membership.standing;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.UUID;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
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
        var invoice = UUID.fromString(event.getInvoiceId());
        var payer = new PayerId(UUID.fromString(event.getPayerId()));
        var at =
                Instant.ofEpochSecond(
                        event.getOccurredAt().getSeconds(), event.getOccurredAt().getNanos());
        switch (event.getFactCase()) {
            case OVERDUE -> review.overdue(invoice, payer, day(event.getOverdue().getSince()), at);
            case SETTLED -> review.settled(invoice, payer, at);
            case ISSUED, FACT_NOT_SET -> {} // Newer facts arrive as FACT_NOT_SET.
        }
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("overdue.since is not a day: " + text, e);
        }
    }
}
