package org.coopmesh.billing.directdebit;

/** There is no such mandate, run or item. */
public class DirectDebitNotFound extends RuntimeException {
    DirectDebitNotFound(String what) {
        super("no " + what);
    }
}
