package org.coopmesh.billing.provider;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.payment.Payment;

/** Whom members may pay through. */
public enum Provider {
    STRIPE(Payment.Method.CARD, AccountId.CLEARING_STRIPE),
    GOCARDLESS(Payment.Method.DIRECT_DEBIT, AccountId.CLEARING_GOCARDLESS),
    BTCPAY(Payment.Method.BITCOIN, AccountId.CLEARING_BTCPAY);

    private final Payment.Method method;
    private final AccountId clearing;

    Provider(Payment.Method method, AccountId clearing) {
        this.method = method;
        this.clearing = clearing;
    }

    /** How a payment through it is called. */
    public Payment.Method method() {
        return method;
    }

    /** Where its money is until it is at the bank. */
    AccountId clearing() {
        return clearing;
    }

    /** As it stands in paths, answers and the database. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one by this code; empty if there is none. */
    public static Optional<Provider> of(String code) {
        return Arrays.stream(values()).filter(each -> each.code().equals(code)).findFirst();
    }
}
