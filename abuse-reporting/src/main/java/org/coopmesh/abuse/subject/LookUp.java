package org.coopmesh.abuse.subject;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The question who stood behind an address, with the case and the reason that it is asked for.
 *
 * @param address one address
 * @param port of that address, where the complaint names one: behind an address that is shared only a port tells whose it was
 * @param at when the address did what is complained of
 */
public record LookUp(
        CaseId caseId,
        MemberId moderator,
        String reason,
        Prefix address,
        @Nullable Integer port,
        Instant at) {
    public static final int REASON_LENGTH_MAX = 500;
    private static final int PORT_MAX = 65_535;

    public LookUp {
        if (reason.isBlank() || reason.length() > REASON_LENGTH_MAX) {
            throw new IllegalArgumentException("a look-up wants a reason, 500 characters at most");
        }
        if (!address.isAddress()) {
            throw new IllegalArgumentException("a look-up is about one address: " + address);
        }
        if (port != null && (port < 0 || port > PORT_MAX)) {
            throw new IllegalArgumentException("port: 0 to 65,535, not " + port);
        }
    }
}
