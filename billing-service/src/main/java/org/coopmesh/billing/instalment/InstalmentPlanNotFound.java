package org.coopmesh.billing.instalment;

import java.util.UUID;

/** There is no such plan, or none that the caller may see. */
final class InstalmentPlanNotFound extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InstalmentPlanNotFound(UUID id) {
        super("no instalment plan " + id);
    }
}
