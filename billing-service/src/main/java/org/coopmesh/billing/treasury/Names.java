package org.coopmesh.billing.treasury;

import org.coopmesh.billing.ledger.WrittenTransaction.Account;

/** How an export calls what could tell of a person: members read aliases, and not what a treasurer typed. */
enum Names {
    /** Persons' accounts by alias, and of what was said only the hash. */
    ALIASES {
        @Override
        String of(Account account) {
            return account.publicName();
        }
    },
    /** The ids of payers, and what was said. */
    PAYERS {
        @Override
        String of(Account account) {
            return account.id().toString();
        }
    };

    abstract String of(Account account);
}
