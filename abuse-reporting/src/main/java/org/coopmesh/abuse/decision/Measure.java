package org.coopmesh.abuse.decision;

import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Target;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.jspecify.annotations.Nullable;

/** One step of the ladder, aimed at somebody or something. Only a ban may aim at an address or a node. */
public sealed interface Measure {
    /** Words. Restricts nothing and needs no end. */
    record Warning(MemberId member) implements Measure {}

    /**
     * Goes on, but slowly.
     *
     * @param kbit kilobits per second in each direction
     */
    record SlowLane(MemberId member, int kbit, Term term) implements Measure {
        private static final int KBIT_MIN = 64;
        private static final int KBIT_MAX = 1_000_000;

        public SlowLane {
            if (kbit < KBIT_MIN || kbit > KBIT_MAX) {
                throw new IllegalArgumentException("a slow lane has 64 to 1,000,000 kbit/s");
            }
        }
    }

    /** The walled garden: the portal stays reachable. */
    record Suspension(MemberId member, Term term) implements Measure {}

    /** Nothing passes. */
    record Ban(Target target, Term term) implements Measure {}

    default String kind() {
        return switch (this) {
            case Warning w -> "warning";
            case SlowLane s -> "slowLane";
            case Suspension s -> "suspension";
            case Ban b -> "ban";
        };
    }

    default Target target() {
        return switch (this) {
            case Warning w -> new OfMember(w.member());
            case SlowLane s -> new OfMember(s.member());
            case Suspension s -> new OfMember(s.member());
            case Ban b -> b.target();
        };
    }

    /** Null for a warning. */
    default @Nullable Term term() {
        return switch (this) {
            case Warning w -> null;
            case SlowLane s -> s.term();
            case Suspension s -> s.term();
            case Ban b -> b.term();
        };
    }
}
