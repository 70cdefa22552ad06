package org.coopmesh.billing.webhook;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Currency;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.contracts.billing.v1.InvoiceEvent;
import org.coopmesh.contracts.billing.v1.PayRunEvent;
import org.coopmesh.contracts.billing.v1.PayRunPaid;
import org.coopmesh.contracts.billing.v1.PaymentEvent;
import org.coopmesh.contracts.billing.v1.PaymentReceived;
import org.coopmesh.eventbus.FactFields;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/** Hears what this service itself states, and says it in JSON: ids, amounts and days, and no pay link. */
@Component
class FactListener {
    private final Telling telling;

    FactListener(Telling telling) {
        this.telling = telling;
    }

    record Issued(String invoiceId, String payerId, String number, MoneyView total, String dueOn) {}

    record Overdue(String invoiceId, String payerId, String since, MoneyView open) {}

    record Settled(String invoiceId, String payerId, String settledOn) {}

    record Reopened(String invoiceId, String payerId, MoneyView open, String dueOn) {}

    record Credited(
            String invoiceId,
            String payerId,
            String creditNoteId,
            String number,
            MoneyView amount) {}

    @KafkaListener(topics = "coopmesh.billing.invoice.v1")
    void invoice(byte[] payload) throws InvalidProtocolBufferException {
        InvoiceEvent event = InvoiceEvent.parseFrom(payload);
        String invoice = event.getInvoiceId();
        String payer = event.getPayerId();
        switch (event.getFactCase()) {
            case ISSUED ->
                    tell(
                            event,
                            Kind.INVOICE_ISSUED,
                            new Issued(
                                    invoice,
                                    payer,
                                    event.getIssued().getNumber(),
                                    money(
                                            event.getIssued().getTotalMicro(),
                                            event.getIssued().getCurrency()),
                                    event.getIssued().getDueOn()));
            case OVERDUE ->
                    tell(
                            event,
                            Kind.INVOICE_OVERDUE,
                            new Overdue(
                                    invoice,
                                    payer,
                                    event.getOverdue().getSince(),
                                    money(
                                            event.getOverdue().getOpenMicro(),
                                            event.getOverdue().getCurrency())));
            case SETTLED ->
                    tell(
                            event,
                            Kind.INVOICE_SETTLED,
                            new Settled(invoice, payer, event.getSettled().getSettledOn()));
            case REOPENED ->
                    tell(
                            event,
                            Kind.INVOICE_REOPENED,
                            new Reopened(
                                    invoice,
                                    payer,
                                    money(
                                            event.getReopened().getOpenMicro(),
                                            event.getReopened().getCurrency()),
                                    event.getReopened().getDueOn()));
            case CREDITED ->
                    tell(
                            event,
                            Kind.INVOICE_CREDITED,
                            new Credited(
                                    invoice,
                                    payer,
                                    event.getCredited().getCreditNoteId(),
                                    event.getCredited().getNumber(),
                                    money(
                                            event.getCredited().getAmountMicro(),
                                            event.getCredited().getCurrency())));
            case FACT_NOT_SET -> {} // A newer fact than this version knows.
        }
    }

    record Received(
            String paymentId,
            String payerId,
            MoneyView amount,
            String method,
            String receivedOn,
            MoneyView credit) {}

    record Returned(String paymentId, String payerId, MoneyView amount) {}

    @KafkaListener(topics = "coopmesh.billing.payment.v1")
    void payment(byte[] payload) throws InvalidProtocolBufferException {
        PaymentEvent event = PaymentEvent.parseFrom(payload);
        switch (event.getFactCase()) {
            case RECEIVED -> {
                PaymentReceived fact = event.getReceived();
                tell(
                        event,
                        Kind.PAYMENT_RECEIVED,
                        new Received(
                                event.getPaymentId(),
                                event.getPayerId(),
                                money(fact.getAmountMicro(), fact.getCurrency()),
                                fact.getMethod(),
                                fact.getReceivedOn(),
                                money(fact.getCreditMicro(), fact.getCurrency())));
            }
            case RETURNED ->
                    tell(
                            event,
                            Kind.PAYMENT_RETURNED,
                            new Returned(
                                    event.getPaymentId(),
                                    event.getPayerId(),
                                    money(
                                            event.getReturned().getAmountMicro(),
                                            event.getReturned().getCurrency())));
            case FACT_NOT_SET -> {} // A newer fact than this version knows.
        }
    }

    record Paid(String payRunId, String month, MoneyView total) {}

    @KafkaListener(topics = "coopmesh.billing.pay-run.v1")
    void payRun(byte[] payload) throws InvalidProtocolBufferException {
        PayRunEvent event = PayRunEvent.parseFrom(payload);
        switch (event.getFactCase()) {
            case PAID -> {
                PayRunPaid fact = event.getPaid();
                telling.happened(
                        FactFields.id("event_id", event.getEventId()),
                        Kind.PAY_RUN_PAID,
                        at(event.getOccurredAt()),
                        new Paid(
                                event.getPayRunId(),
                                fact.getMonth(),
                                money(fact.getTotalMicro(), fact.getCurrency())));
            }
            case FACT_NOT_SET -> {} // A newer fact than this version knows.
        }
    }

    private void tell(InvoiceEvent event, Kind kind, Object data) {
        telling.happened(
                FactFields.id("event_id", event.getEventId()),
                kind,
                at(event.getOccurredAt()),
                data);
    }

    private void tell(PaymentEvent event, Kind kind, Object data) {
        telling.happened(
                FactFields.id("event_id", event.getEventId()),
                kind,
                at(event.getOccurredAt()),
                data);
    }

    private static Instant at(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    private static MoneyView money(long micro, String currency) {
        return MoneyView.of(new Money(micro, Currency.getInstance(currency)));
    }
}
