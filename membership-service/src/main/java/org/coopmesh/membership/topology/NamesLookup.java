package org.coopmesh.membership.topology;

/** Tells nodes with each answer whether the village has other names than they keep. Implemented by zone, which imports topology. */
public interface NamesLookup {
    /** The zone's newest serial, not older than a second or two; 0 where there are no names. Asks nobody. */
    long serial();
}
