package org.coopmesh.billing.costshare;

/** There is no such cost pool, month, share or document; or it is not the caller's to see. */
public class CostPoolNotFound extends RuntimeException {
    CostPoolNotFound(String what) {
        super("no " + what);
    }
}
