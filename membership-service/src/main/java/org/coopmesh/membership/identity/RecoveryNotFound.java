package org.coopmesh.membership.identity;

import java.util.UUID;

/** There is no such recovery. */
class RecoveryNotFound extends RuntimeException {
    RecoveryNotFound(UUID id) {
        super("no recovery " + id);
    }
}
