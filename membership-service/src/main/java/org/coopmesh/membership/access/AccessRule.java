package org.coopmesh.membership.access;

/** What the clients behind one attachment may do. */
public sealed interface AccessRule {
    /** Everything. */
    record Full() implements AccessRule {}

    /** Everything, at no more than this many kilobits per second in each direction. */
    record SlowLane(int kbit) implements AccessRule {
        public SlowLane {
            if (kbit <= 0) {
                throw new IllegalArgumentException("a slow lane has a rate");
            }
        }
    }

    /** The garden, the node itself and DNS. */
    record WalledGarden() implements AccessRule {}

    /** Nothing. */
    record Drop() implements AccessRule {}

    /** The word for it, for people and for the database. */
    default String word() {
        return switch (this) {
            case Full _ -> "full";
            case SlowLane _ -> "slow lane";
            case WalledGarden _ -> "walled garden";
            case Drop _ -> "drop";
        };
    }

    /** Whether this leaves less than {@code other}. */
    default boolean stricterThan(AccessRule other) {
        if (this instanceof SlowLane(int mine) && other instanceof SlowLane(int theirs)) {
            return mine < theirs;
        }
        return weight() > other.weight();
    }

    private int weight() {
        return switch (this) {
            case Full _ -> 0;
            case SlowLane _ -> 1;
            case WalledGarden _ -> 2;
            case Drop _ -> 3;
        };
    }
}
