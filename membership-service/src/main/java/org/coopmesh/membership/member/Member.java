package org.coopmesh.membership.member;

import java.time.Instant;
import java.time.LocalDate;

/**
 * Someone who belongs, wants to belong, or did. Each state offers only the steps that are legal from it.
 *
 * <pre>
 *   Applicant ──approve──▶ Active ◀──resume── Paused
 *       │                    │  └───pause──────▶ │
 *     refuse                leave              leave
 *       ▼                    ▼                   │
 *    Refused                Left ◀───────────────┘
 *       └───── apply again ──┴───▶ Applicant
 * </pre>
 *
 * <p>Dates are days in the co-op's time zone.
 */
public sealed interface Member {
    MemberId id();

    Person person();

    /** The state as other capabilities see it. */
    default MemberFacts.State state() {
        return switch (this) {
            case Applicant _ -> MemberFacts.State.APPLICANT;
            case Active _ -> MemberFacts.State.ACTIVE;
            case Paused _ -> MemberFacts.State.PAUSED;
            case Left _ -> MemberFacts.State.LEFT;
            case Refused _ -> MemberFacts.State.REFUSED;
        };
    }

    /** Has asked to join and agreed to the rules in {@code rulesVersion}. */
    record Applicant(MemberId id, Person person, Instant appliedAt, int rulesVersion)
            implements Member {
        public Applicant {
            if (rulesVersion < 1) throw new IllegalArgumentException("rules count from 1");
        }

        /** Makes a member of the applicant from {@code on}. */
        public Active approve(LocalDate on) {
            return new Active(id, person, on);
        }

        /** Turns the application down. */
        public Refused refuse(String why) {
            return new Refused(id, person, why);
        }
    }

    /** A member with all rights and dues. */
    record Active(MemberId id, Person person, LocalDate joinedOn) implements Member {
        /** Pauses membership from {@code from}, a day that no dues are asked for. */
        public Paused pause(LocalDate from) {
            return new Paused(id, person, joinedOn, from);
        }

        /** Ends membership; {@code on} is the first day without it. */
        public Left leave(LocalDate on, String why) {
            return new Left(id, person, joinedOn, on, why);
        }
    }

    /** A member who is away for a season. */
    record Paused(MemberId id, Person person, LocalDate joinedOn, LocalDate from)
            implements Member {
        public Paused {
            if (from.isBefore(joinedOn))
                throw new IllegalArgumentException(
                        "cannot pause on %s, before joining on %s".formatted(from, joinedOn));
        }

        /** Takes membership up again from {@code on}. */
        public Active resume(LocalDate on) {
            if (on.isBefore(from))
                throw new IllegalArgumentException(
                        "cannot resume on %s, before the pause on %s".formatted(on, from));
            return new Active(id, person, joinedOn);
        }

        /** Ends membership; {@code on} is the first day without it. */
        public Left leave(LocalDate on, String why) {
            if (on.isBefore(from))
                throw new IllegalArgumentException(
                        "cannot leave on %s, before the pause on %s".formatted(on, from));
            return new Left(id, person, joinedOn, on, why);
        }
    }

    /** Was a member; the record stays for the books. */
    record Left(MemberId id, Person person, LocalDate joinedOn, LocalDate leftOn, String why)
            implements Member {
        public Left {
            if (leftOn.isBefore(joinedOn))
                throw new IllegalArgumentException(
                        "cannot leave on %s, before joining on %s".formatted(leftOn, joinedOn));
            if (why.isBlank()) throw new IllegalArgumentException("leaving needs a reason");
        }

        /** Asks to belong once more, by the rules of today. */
        public Applicant applyAgain(Instant at, int rulesVersion) {
            return new Applicant(id, person, at, rulesVersion);
        }
    }

    /** Was turned down. */
    record Refused(MemberId id, Person person, String why) implements Member {
        public Refused {
            if (why.isBlank()) throw new IllegalArgumentException("a refusal needs a reason");
        }

        /** Asks once more, by the rules of today. */
        public Applicant applyAgain(Instant at, int rulesVersion) {
            return new Applicant(id, person, at, rulesVersion);
        }
    }
}
