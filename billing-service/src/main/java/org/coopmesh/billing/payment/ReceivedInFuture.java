package org.coopmesh.billing.payment;

import java.time.LocalDate;

/** A payment is written down when it has come, not before. */
public class ReceivedInFuture extends RuntimeException {
    ReceivedInFuture(LocalDate receivedOn) {
        super("received on " + receivedOn + ", which is still to come");
    }
}
