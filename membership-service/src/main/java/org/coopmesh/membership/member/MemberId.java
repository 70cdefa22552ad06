package org.coopmesh.membership.member;

import java.util.UUID;

/** Names one member. The same number names the member's account and is the subject of the tokens. */
public record MemberId(UUID value) implements Comparable<MemberId> {
    /** A new one that nobody has. */
    public static MemberId next() {
        return new MemberId(UUID.randomUUID());
    }

    @Override
    public int compareTo(MemberId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
