package org.coopmesh.membership.identity;

/**
 * Someone who can sign in.
 *
 * @param open false once sign-in has been ended for good
 * @param claimed false until somebody who came from another register has chosen a password
 */
record Account(
        AccountId id,
        String email,
        String name,
        String passwordHash,
        boolean open,
        boolean claimed) {
    @Override
    public String toString() {
        return "Account[" + id + "]";
    }
}
