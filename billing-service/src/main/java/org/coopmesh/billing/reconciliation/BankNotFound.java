package org.coopmesh.billing.reconciliation;

/** No such account, file, entry or booking. */
public class BankNotFound extends RuntimeException {
    BankNotFound(String what) {
        super("no " + what);
    }
}
