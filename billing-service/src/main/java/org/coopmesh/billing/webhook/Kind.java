package org.coopmesh.billing.webhook;

import java.util.Arrays;
import java.util.Optional;

/** What a receiver can be told of. */
enum Kind {
    INVOICE_ISSUED("invoice.issued"),
    INVOICE_OVERDUE("invoice.overdue"),
    /** Paid in full, credited or given up. */
    INVOICE_SETTLED("invoice.settled"),
    INVOICE_REOPENED("invoice.reopened"),
    INVOICE_CREDITED("invoice.credited"),
    PAYMENT_RECEIVED("payment.received"),
    PAYMENT_RETURNED("payment.returned"),
    PAY_RUN_PAID("pay-run.paid"),
    /** Sent when somebody asks for it, to whatever a receiver listens to. */
    TEST("webhook.test");

    private final String code;

    Kind(String code) {
        this.code = code;
    }

    /** As it stands on the wire. */
    String code() {
        return code;
    }

    static Optional<Kind> of(String code) {
        return Arrays.stream(values()).filter(kind -> kind.code.equals(code)).findFirst();
    }
}
