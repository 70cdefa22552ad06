package org.coopmesh.membership.member;

import java.util.UUID;

/** Names one payer: a person, household or organisation that gets bills, member or not. */
public record PayerId(UUID value) implements Comparable<PayerId> {
    /** A new one that nobody has. */
    public static PayerId next() {
        return new PayerId(UUID.randomUUID());
    }

    @Override
    public int compareTo(PayerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
