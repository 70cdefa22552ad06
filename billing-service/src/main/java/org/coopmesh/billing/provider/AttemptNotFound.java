package org.coopmesh.billing.provider;

import java.util.UUID;

/** There is no such attempt. */
class AttemptNotFound extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AttemptNotFound(UUID id) {
        super("no payment attempt " + id);
    }
}
