package org.coopmesh.billing.payroll;

/** There is no such run, line or transfer. */
class PayRunNotFound extends RuntimeException {
    PayRunNotFound(String what) {
        super("no " + what);
    }
}
