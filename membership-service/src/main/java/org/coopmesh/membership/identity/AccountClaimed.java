package org.coopmesh.membership.identity;

/** The account has a password of its owner's choice, or is closed; a code would let somebody else in. */
class AccountClaimed extends RuntimeException {
    AccountClaimed(AccountId id) {
        super("account %s has a password of its owner's choice, or is closed".formatted(id));
    }
}
