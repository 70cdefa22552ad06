package org.coopmesh.billing.outage;

import java.util.UUID;

/** There is no such credit, or it is not the caller's to see. */
public class OutageCreditNotFound extends RuntimeException {
    OutageCreditNotFound(UUID id) {
        super("no credit for an outage " + id);
    }
}
