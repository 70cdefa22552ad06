package org.coopmesh.billing.payroll;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.billing.v1.PayRunEvent;
import org.coopmesh.contracts.billing.v1.PayRunPaid;

/** Pay runs as facts on the wire: in sums, without who is paid. */
final class PayRunEvents {
    static final String TOPIC = "coopmesh.billing.pay-run.v1";

    private PayRunEvents() {}

    static PayRunEvent paid(PayRun.Approved run, Instant at) {
        return PayRunEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPayRunId(run.heading().id().toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()))
                .setPaid(
                        PayRunPaid.newBuilder()
                                .setMonth(run.heading().month().toString())
                                .setTotalMicro(run.heading().drawn().microUnits())
                                .setCurrency(
                                        run.heading().collected().currency().getCurrencyCode()))
                .build();
    }
}
