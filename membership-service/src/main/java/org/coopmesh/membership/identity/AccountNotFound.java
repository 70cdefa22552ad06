package org.coopmesh.membership.identity;

/** There is no such account. */
class AccountNotFound extends RuntimeException {
    AccountNotFound(AccountId id) {
        super("no member " + id);
    }
}
