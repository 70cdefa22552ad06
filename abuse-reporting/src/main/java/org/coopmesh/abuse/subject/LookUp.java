package org.coopmesh.abuse.subject;

import java.time.Instant;

/**
 * The question who stood behind an address, with the case and the reason that it is asked for.
 *
 * @param address one address
 * @param at when the address did what is complained of
 */
public record LookUp(CaseId caseId, MemberId moderator, String reason, Prefix address, Instant at) {
    public static final int REASON_LENGTH_MAX = 500;

    public LookUp {
        if (reason.isBlank() || reason.length() > REASON_LENGTH_MAX) {
            throw new IllegalArgumentException("a look-up wants a reason, 500 characters at most");
        }
        if (!address.isAddress()) {
            throw new IllegalArgumentException("a look-up is about one address: " + address);
        }
    }
}
