package org.coopmesh.membership.identity;

import org.springframework.security.core.authority.FactorGrantedAuthority;

/** One way to prove who one is, with its word in the claim {@code amr} of tokens (RFC 8176). */
enum Factor {
    PASSWORD(FactorGrantedAuthority.PASSWORD_AUTHORITY, "pwd"),
    /** A code of an app, or a spare one. */
    CODE("FACTOR_CODE", "otp"),
    /** A link that came by mail. */
    LINK(FactorGrantedAuthority.OTT_AUTHORITY, "email"),
    /** A provider elsewhere said so. */
    EXTERNAL("FACTOR_EXTERNAL", "ext"),
    /** A key in a device that has itself looked who holds it: two proofs at once. */
    PASSKEY(FactorGrantedAuthority.WEBAUTHN_AUTHORITY, "pop");

    private final String authority;
    private final String word;

    Factor(String authority, String word) {
        this.authority = authority;
        this.word = word;
    }

    String authority() {
        return authority;
    }

    String word() {
        return word;
    }
}
