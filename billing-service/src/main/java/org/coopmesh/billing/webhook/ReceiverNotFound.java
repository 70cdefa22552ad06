package org.coopmesh.billing.webhook;

/** There is no such receiver, or it has no such message. */
final class ReceiverNotFound extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReceiverNotFound(String what) {
        super("there is no " + what);
    }
}
