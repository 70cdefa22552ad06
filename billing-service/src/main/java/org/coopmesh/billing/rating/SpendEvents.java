package org.coopmesh.billing.rating;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.YearMonth;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.contracts.billing.v1.SpendCapCleared;
import org.coopmesh.contracts.billing.v1.SpendCapReached;
import org.coopmesh.contracts.billing.v1.SpendEvent;
import org.coopmesh.contracts.billing.v1.WalletEmptied;
import org.coopmesh.contracts.billing.v1.WalletFilled;

/** Limits of spending as facts on the wire. */
final class SpendEvents {
    static final String TOPIC = "coopmesh.billing.spend.v1";

    private SpendEvents() {}

    static SpendEvent capReached(
            PayerId payer, YearMonth month, Money cap, Money spent, Instant at) {
        return event(payer, at)
                .setCapReached(
                        SpendCapReached.newBuilder()
                                .setMonth(month.toString())
                                .setCapMicro(cap.microUnits())
                                .setSpentMicro(spent.microUnits())
                                .setCurrency(cap.currency().getCurrencyCode()))
                .build();
    }

    static SpendEvent capCleared(PayerId payer, YearMonth month, Instant at) {
        return event(payer, at)
                .setCapCleared(SpendCapCleared.newBuilder().setMonth(month.toString()))
                .build();
    }

    static SpendEvent walletEmptied(PayerId payer, Money missing, Instant at) {
        return event(payer, at)
                .setWalletEmptied(
                        WalletEmptied.newBuilder()
                                .setMissingMicro(missing.microUnits())
                                .setCurrency(missing.currency().getCurrencyCode()))
                .build();
    }

    static SpendEvent walletFilled(PayerId payer, Money balance, Instant at) {
        return event(payer, at)
                .setWalletFilled(
                        WalletFilled.newBuilder()
                                .setBalanceMicro(balance.microUnits())
                                .setCurrency(balance.currency().getCurrencyCode()))
                .build();
    }

    private static SpendEvent.Builder event(PayerId payer, Instant at) {
        return SpendEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPayerId(payer.toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()));
    }
}
