package org.coopmesh.billing.metering;

/**
 * What one attachment used in a stretch of time, in bytes seen from the attachment.
 *
 * @param windows the usage windows behind the sums
 * @param gaps the windows that its node is known to have lost in that time; nothing is billed for them
 */
public record Usage(
        long internetDown, long internetUp, long localDown, long localUp, int windows, int gaps) {
    /** No bytes, no windows. */
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0);

    public Usage {
        if (internetDown < 0 || internetUp < 0 || localDown < 0 || localUp < 0) {
            throw new IllegalArgumentException("bytes are never negative");
        }
        if (windows < 0 || gaps < 0) {
            throw new IllegalArgumentException("windows are never negative");
        }
    }
}
