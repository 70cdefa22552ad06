package org.coopmesh.membership.identity;

/** An account has another e-mail address; heard inside the transaction that did it. */
public record AddressChanged(AccountId account, String email) {}
