package org.coopmesh.membership.standing;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A measure in force against a member.
 *
 * @param until null: permanent
 */
public record Sanction(UUID id, Measure measure, Instant imposedAt, @Nullable Instant until) {
    /** What is done, from mild to hard. */
    public sealed interface Measure {
        /** Said, and nothing narrowed. */
        record Warning() implements Measure {}

        /** Kilobits per second in each direction. */
        record SlowLane(int kbit) implements Measure {
            public SlowLane {
                if (kbit <= 0) {
                    throw new IllegalArgumentException("a slow lane has a rate");
                }
            }
        }

        /** Nothing but the garden. */
        record Suspension() implements Measure {}

        /** Nothing at all. */
        record Ban() implements Measure {}

        /** The word for it, for people and for the database. */
        default String word() {
            return switch (this) {
                case Warning _ -> "warning";
                case SlowLane _ -> "slow lane";
                case Suspension _ -> "suspension";
                case Ban _ -> "ban";
            };
        }

        /** Greater is harder. */
        default int weight() {
            return switch (this) {
                case Warning _ -> 0;
                case SlowLane _ -> 1;
                case Suspension _ -> 2;
                case Ban _ -> 3;
            };
        }
    }

    /** Whether it counts at {@code now}: not after its end. */
    boolean inForce(Instant now) {
        return until == null || now.isBefore(until);
    }
}
