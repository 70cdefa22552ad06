package org.coopmesh.billing.metering;

import java.time.Instant;

/** What was used in the hour that begins at {@code hour}, in bytes seen from the attachment. */
public record HourOfUse(
        Instant hour, long internetDown, long internetUp, long localDown, long localUp) {
    /** Both together, for one hour. */
    public HourOfUse plus(HourOfUse other) {
        if (!hour.equals(other.hour)) {
            throw new IllegalArgumentException(hour + " is not " + other.hour);
        }
        return new HourOfUse(
                hour,
                Math.addExact(internetDown, other.internetDown),
                Math.addExact(internetUp, other.internetUp),
                Math.addExact(localDown, other.localDown),
                Math.addExact(localUp, other.localUp));
    }
}
