package org.coopmesh.billing.ledger;

import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One account of the book: {@code bank}, or a payer's own such as {@code receivable:<payer>}.
 *
 * @param owner the payer, the cost pool, the run or the moderator; null for accounts of the co-op
 */
public record AccountId(Kind kind, @Nullable UUID owner) implements Comparable<AccountId> {
    /** What an account is for. A balance is what came in minus what went out. */
    public enum Kind {
        /** Money at the bank. */
        BANK(false),
        /** Money in the till. */
        CASH(false),
        /** Taken by Stripe and not yet paid out. */
        CLEARING_STRIPE(false),
        /** Taken by GoCardless and not yet paid out. */
        CLEARING_GOCARDLESS(false),
        /** Bitcoin that BTCPay Server took, at the rate of that moment, and that was not yet sold. */
        CLEARING_BTCPAY(false),
        /** Collected from payers' accounts and not yet at the bank, owned by the run; zero once the bank has told all of it. */
        CLEARING_DIRECT_DEBIT(true),
        /** Dues earned; falls below zero as they are charged. */
        INCOME_DUES(false),
        /** Priced traffic earned; falls below zero as it is charged. */
        INCOME_USAGE(false),
        /** What was given up. */
        WRITTEN_OFF(false),
        /** What credit notes, and credits for outages, gave back of what was earned. */
        CREDITED(false),
        /** VAT charged and owed to the tax office; below zero by what is owed. */
        VAT(false),
        /** The part of what was charged that is VAT: it takes off what was earned. */
        INCOME_VAT(false),
        /** What banks and payment providers take for themselves. */
        BANK_CHARGES(false),
        /** Paid for what is no shared cost. */
        COST_OTHER(false),
        /** Interest, gifts and what else comes from nobody's bill; falls below zero as it comes. */
        INCOME_OTHER(false),
        /** What the co-op sets aside. */
        RESERVE(false),
        /** What moderators are paid. */
        MODERATORS_PAY(false),
        /** Through which payers settle with one another; zero after each transaction. */
        SETTLEMENT(false),
        /** One shared cost, owned by its pool; falls below zero as it is charged, rises as it is paid. */
        COST_POOL(true),
        /** What a moderator was awarded and not yet paid, owned by the moderator; below zero by what is owed. */
        PAY_DUE(true),
        /** Charged to the payer, not yet invoiced: the sub-cent remainder rests here. */
        UNBILLED(true),
        /** Invoiced and not yet paid. */
        RECEIVABLE(true),
        /** The payer's credit; below zero by what the co-op holds for them. */
        WALLET(true);

        private final boolean owned;
        private final String code;

        Kind(boolean owned) {
            this.owned = owned;
            this.code = name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether there is one for each owner, rather than one for the co-op. */
        boolean isOwned() {
            return owned;
        }

        /** Whether such an account tells of one person or household. */
        public boolean isPersonal() {
            return owned && this != COST_POOL && this != CLEARING_DIRECT_DEBIT;
        }

        /** Whether it holds money that is there or on its way; what moves between two of these neither came in nor went out. */
        public boolean isMoney() {
            return this == BANK || this == CASH || this == CLEARING_DIRECT_DEBIT || isClearing();
        }

        /** Whether it holds what a payment provider took for the co-op. */
        public boolean isClearing() {
            return this == CLEARING_STRIPE
                    || this == CLEARING_GOCARDLESS
                    || this == CLEARING_BTCPAY;
        }

        /** The kind as it stands before the colon of an account's id. */
        public String code() {
            return code;
        }
    }

    public static final AccountId BANK = new AccountId(Kind.BANK, null);
    public static final AccountId CASH = new AccountId(Kind.CASH, null);
    public static final AccountId CLEARING_STRIPE = new AccountId(Kind.CLEARING_STRIPE, null);
    public static final AccountId CLEARING_GOCARDLESS =
            new AccountId(Kind.CLEARING_GOCARDLESS, null);
    public static final AccountId CLEARING_BTCPAY = new AccountId(Kind.CLEARING_BTCPAY, null);
    public static final AccountId INCOME_DUES = new AccountId(Kind.INCOME_DUES, null);
    public static final AccountId INCOME_USAGE = new AccountId(Kind.INCOME_USAGE, null);
    public static final AccountId WRITTEN_OFF = new AccountId(Kind.WRITTEN_OFF, null);
    public static final AccountId CREDITED = new AccountId(Kind.CREDITED, null);
    public static final AccountId VAT = new AccountId(Kind.VAT, null);
    public static final AccountId INCOME_VAT = new AccountId(Kind.INCOME_VAT, null);
    public static final AccountId BANK_CHARGES = new AccountId(Kind.BANK_CHARGES, null);
    public static final AccountId COST_OTHER = new AccountId(Kind.COST_OTHER, null);
    public static final AccountId INCOME_OTHER = new AccountId(Kind.INCOME_OTHER, null);
    public static final AccountId RESERVE = new AccountId(Kind.RESERVE, null);
    public static final AccountId MODERATORS_PAY = new AccountId(Kind.MODERATORS_PAY, null);
    public static final AccountId SETTLEMENT = new AccountId(Kind.SETTLEMENT, null);

    public AccountId {
        if (kind.owned != (owner != null)) {
            throw new IllegalArgumentException("account " + kind + " of " + owner);
        }
    }

    /** What {@code payer} was charged and not yet invoiced. */
    public static AccountId unbilled(UUID payer) {
        return new AccountId(Kind.UNBILLED, payer);
    }

    /** What {@code payer} was invoiced and has not paid. */
    public static AccountId receivable(UUID payer) {
        return new AccountId(Kind.RECEIVABLE, payer);
    }

    /** What was charged, less what was paid, of the shared cost {@code pool}. */
    public static AccountId costPool(UUID pool) {
        return new AccountId(Kind.COST_POOL, pool);
    }

    /** What {@code run} collected and the bank has not told yet. */
    public static AccountId directDebit(UUID run) {
        return new AccountId(Kind.CLEARING_DIRECT_DEBIT, run);
    }

    /** What the co-op owes {@code moderator} of their pay. */
    public static AccountId payDue(UUID moderator) {
        return new AccountId(Kind.PAY_DUE, moderator);
    }

    /** What the co-op holds for {@code payer}. */
    public static AccountId wallet(UUID payer) {
        return new AccountId(Kind.WALLET, payer);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if there can be no such account
     */
    public static AccountId of(String text) {
        int colon = text.indexOf(':');
        String code = colon < 0 ? text : text.substring(0, colon);
        for (Kind kind : Kind.values()) {
            if (kind.code().equals(code)) {
                return new AccountId(
                        kind, colon < 0 ? null : UUID.fromString(text.substring(colon + 1)));
            }
        }
        throw new IllegalArgumentException("no such kind of account: " + code);
    }

    @Override
    public int compareTo(AccountId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return owner == null ? kind.code() : kind.code() + ":" + owner;
    }
}
