package org.coopmesh.billing.reconciliation;

import java.time.LocalDate;
import java.util.Currency;
import java.util.List;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * What a file says of one account for one stretch of time.
 *
 * @param account as the file names it: an IBAN, or an older number; null where it names none
 * @param id what the bank calls it
 * @param sequence counted by the bank; null where it does not count
 * @param opening null for what is no statement
 * @param closing null for what is no statement
 * @param entries in the order of the file
 */
record BankStatement(
        int line,
        Kind kind,
        @Nullable String account,
        Currency currency,
        @Nullable String id,
        @Nullable Long sequence,
        @Nullable LocalDate from,
        @Nullable LocalDate to,
        @Nullable Money opening,
        @Nullable Money closing,
        List<BankEntry> entries) {
    /** What it vouches for. */
    enum Kind {
        /** All entries between two balances. */
        STATEMENT,
        /** Some entries, told before a statement has them, or in more detail. */
        NOTIFICATION,
        /** Entries without balances. */
        LIST
    }

    /**
     * @throws BankFileRefused if the entries do not lead from the opening to the closing balance
     */
    BankStatement {
        entries = List.copyOf(entries);
        if (kind == Kind.STATEMENT) {
            if (opening == null || closing == null) {
                throw new BankFileRefused(
                        line,
                        "balance-missing",
                        "a statement has an opening and a closing balance");
            }
            Money sum =
                    entries.stream()
                            .map(BankEntry::amount)
                            .reduce(Money.zero(currency), Money::plus);
            if (!opening.plus(sum).equals(closing)) {
                throw new BankFileRefused(
                        line,
                        "balance",
                        "opening %s and entries of %s are %s, but closing is %s"
                                .formatted(opening, sum, opening.plus(sum), closing));
            }
        }
    }

    /** The first day that it speaks of. */
    @Nullable LocalDate firstDay() {
        return from != null
                ? from
                : entries.stream().map(BankEntry::bookedOn).min(LocalDate::compareTo).orElse(to);
    }

    /** The last day that it speaks of. */
    @Nullable LocalDate lastDay() {
        return to != null
                ? to
                : entries.stream().map(BankEntry::bookedOn).max(LocalDate::compareTo).orElse(from);
    }
}
