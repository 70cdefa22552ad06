package org.coopmesh.billing.subscription;

/** Billing has not heard yet that a co-op was constituted, so it has neither a currency nor a calendar. */
public class CoopUnknown extends RuntimeException {
    CoopUnknown() {
        super("the co-op is not set up yet, or billing has not heard of it");
    }
}
