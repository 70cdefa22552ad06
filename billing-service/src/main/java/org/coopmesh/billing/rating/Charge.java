package org.coopmesh.billing.rating;

import java.time.LocalDate;
import java.time.YearMonth;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.subscription.SiteId;

/** What one site costs its payer in one month under one version of one plan, to the micro-unit. */
public sealed interface Charge {
    /** What a charge is told apart by: charged again later, only the difference is new. */
    record Key(Kind kind, SiteId site, String planCode, LocalDate planSince, YearMonth month) {}

    /** Which part of the plan it comes from. */
    enum Kind {
        DUES,
        USAGE
    }

    Key key();

    /** The first day. */
    LocalDate from();

    /** The day after the last. */
    LocalDate to();

    Money amount();

    /**
     * Flat dues.
     *
     * @param days that count; paused ones do not
     * @param flat the dues of a whole month
     */
    record Dues(Key key, LocalDate from, LocalDate to, int days, Money flat, Money amount)
            implements Charge {}

    /**
     * Priced traffic: Internet bytes in both directions above the included volume. Local traffic is free.
     *
     * @param includedBytes that are covered by the dues
     * @param saved what the local bytes would have cost as Internet bytes
     */
    record Traffic(
            Key key,
            LocalDate from,
            LocalDate to,
            Usage usage,
            long includedBytes,
            Money perGb,
            Money saved,
            Money amount)
            implements Charge {
        /** Internet bytes down and up. */
        public long internetBytes() {
            return Math.addExact(usage.internetDown(), usage.internetUp());
        }
    }
}
