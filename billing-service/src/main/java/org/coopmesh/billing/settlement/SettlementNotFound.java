package org.coopmesh.billing.settlement;

import java.util.UUID;

/** There is no such entry, or it is not the caller's to see. */
public class SettlementNotFound extends RuntimeException {
    SettlementNotFound(UUID id) {
        super("no settlement entry " + id);
    }
}
