package org.coopmesh.billing.treasury;

import java.util.Locale;
import org.coopmesh.billing.ledger.AccountId.Kind;
import org.coopmesh.billing.ledger.WrittenTransaction.Account;

/** Our accounts in the tree that hledger and Beancount know: Assets, Liabilities, Equity, Income, Expenses. */
final class PlainTextAccounts {
    private PlainTextAccounts() {}

    static String name(Account account, Names names) {
        Kind kind = account.id().kind();
        String root =
                switch (kind) {
                    case BANK,
                            CASH,
                            CLEARING_STRIPE,
                            CLEARING_GOCARDLESS,
                            CLEARING_BTCPAY,
                            CLEARING_DIRECT_DEBIT,
                            UNBILLED,
                            RECEIVABLE ->
                            "Assets";
                    case WALLET, PAY_DUE, VAT -> "Liabilities";
                    case RESERVE, SETTLEMENT -> "Equity";
                    case INCOME_DUES, INCOME_USAGE, INCOME_OTHER, INCOME_VAT -> "Income";
                    case WRITTEN_OFF,
                            CREDITED,
                            BANK_CHARGES,
                            COST_OTHER,
                            COST_POOL,
                            MODERATORS_PAY ->
                            "Expenses";
                };
        String owned = names.of(account);
        int colon = owned.indexOf(':');
        return root
                + ":"
                + kind.code().substring(0, 1).toUpperCase(Locale.ROOT)
                + kind.code().substring(1)
                // Components begin with a capital; the tilde of an alias is not allowed in them.
                + (colon < 0 ? "" : ":X" + owned.substring(colon + 1).replace("~", "-"));
    }

    /** One line, without what begins a comment, a tag or a string in either format. */
    static String text(String what) {
        return what.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\"\\\\;|#^]+", " ").strip();
    }
}
