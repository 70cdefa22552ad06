package org.coopmesh.billing.metering;

import java.time.Instant;
import java.util.List;

/**
 * What must not be forgotten yet, however old it is. Metering does not know of bills: this is the socket that {@code invoice}
 * plugs into.
 */
public interface UsageHold {
    /** Hours from this moment on may still be billed or corrected one by one. */
    Instant hoursNeededSince();

    /** What open invoices rest on: its signed reports are kept until they are final. At most so many are asked for. */
    List<Stretch> openStretches(int limit);
}
