package org.coopmesh.billing.payment;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.billing.v1.PaymentEvent;
import org.coopmesh.contracts.billing.v1.PaymentReceived;
import org.coopmesh.contracts.billing.v1.PaymentReturned;

/** Payments as facts on the wire. */
final class PaymentEvents {
    static final String TOPIC = "coopmesh.billing.payment.v1";

    private PaymentEvents() {}

    static PaymentEvent received(Payment payment) {
        return event(payment, payment.recordedAt())
                .setReceived(
                        PaymentReceived.newBuilder()
                                .setAmountMicro(payment.amount().microUnits())
                                .setCurrency(payment.amount().currency().getCurrencyCode())
                                .setMethod(payment.method().code())
                                .setReceivedOn(payment.receivedOn().toString())
                                .setCreditMicro(payment.credit().microUnits()))
                .build();
    }

    static PaymentEvent returned(Payment payment, Instant at) {
        return event(payment, at)
                .setReturned(
                        PaymentReturned.newBuilder()
                                .setAmountMicro(payment.amount().microUnits())
                                .setCurrency(payment.amount().currency().getCurrencyCode()))
                .build();
    }

    private static PaymentEvent.Builder event(Payment payment, Instant at) {
        return PaymentEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPayerId(payment.payer().toString())
                .setPaymentId(payment.id().toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()));
    }
}
