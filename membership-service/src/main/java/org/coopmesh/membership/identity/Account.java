package org.coopmesh.membership.identity;

/**
 * Someone who can sign in.
 *
 * @param open false once sign-in has been ended for good
 */
record Account(AccountId id, String email, String name, String passwordHash, boolean open) {
    @Override
    public String toString() {
        return "Account[" + id + "]";
    }
}
