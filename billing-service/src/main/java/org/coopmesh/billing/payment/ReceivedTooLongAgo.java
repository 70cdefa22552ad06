package org.coopmesh.billing.payment;

import java.time.LocalDate;

/** A payment from a day so long gone that it is a slip of the pen. */
public class ReceivedTooLongAgo extends RuntimeException {
    ReceivedTooLongAgo(LocalDate receivedOn, LocalDate earliest) {
        super("received on " + receivedOn + ", the earliest day to write down is " + earliest);
    }
}
