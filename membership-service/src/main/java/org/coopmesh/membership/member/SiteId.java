package org.coopmesh.membership.member;

import java.util.UUID;

/** Names one site (install): a place that is connected and paid for. */
public record SiteId(UUID value) implements Comparable<SiteId> {
    /** A new one that nobody has. */
    public static SiteId next() {
        return new SiteId(UUID.randomUUID());
    }

    @Override
    public int compareTo(SiteId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
