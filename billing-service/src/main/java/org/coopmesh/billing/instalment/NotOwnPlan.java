package org.coopmesh.billing.instalment;

/** Nobody decides about what they owe themselves. */
final class NotOwnPlan extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotOwnPlan() {
        super("nobody decides about what they owe themselves");
    }
}
