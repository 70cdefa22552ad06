package org.coopmesh.abuse.decision;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.coopmesh.abuse.subject.MemberId;

/**
 * A decision. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Proposed ──agree──▶ InForce ──reverse──▶ Reversed
 *   ◀─agree─┘ │            └──reverse──▶ Contested ──reverse──▶ Reversed
 *     │       └──agree──▶ Dismissed          ◀─reverse─┘
 *     └──decline──▶ Declined
 * </pre>
 *
 * What one moderator may decide begins as InForce or Dismissed. The rest takes as many moderators as the draft says, who
 * proposed it included: the last to agree puts it into force. As many others, none of whom decided it, take it back.
 */
public sealed interface Decision {
    Draft draft();

    /** Who agreed to it so far, in that order, without the one who drafted it. */
    default List<MemberId> cosigners() {
        return switch (this) {
            case Proposed p -> p.agreed();
            case Dismissed d -> d.agreed();
            case InForce i -> i.agreed();
            case Contested c -> c.was().agreed();
            case Reversed r -> r.was().agreed();
            case Declined d -> List.of();
        };
    }

    /** Whether the member drafted it or agreed to it: such a one never takes it back and hears no appeal against it. */
    default boolean isBy(MemberId member) {
        return member.equals(draft().moderator()) || cosigners().contains(member);
    }

    /** Waits for other moderators; binds nobody yet. */
    record Proposed(Draft draft, List<MemberId> agreed) implements Decision {
        public Proposed {
            agreed = List.copyOf(agreed);
            requireDifferent(draft, agreed);
            if (agreed.size() + 1 >= draft.moderatorsNeeded()) {
                throw new IllegalArgumentException("enough have agreed: it is no proposal");
            }
        }

        /**
         * One more moderator agrees; the last one needed puts it into force.
         *
         * @param appealUntil the end of the time to appeal, should it bind from now on
         * @throws IllegalArgumentException if it is the one who proposed, or who agreed before
         */
        public Decision agree(MemberId another, Instant at, Instant appealUntil) {
            List<MemberId> all = Stream.concat(agreed.stream(), Stream.of(another)).toList();
            requireDifferent(draft, all);
            return all.size() + 1 < draft.moderatorsNeeded()
                    ? new Proposed(draft, all)
                    : settle(draft, all, at, appealUntil);
        }

        /** Somebody else turns it down, or the proposer takes it back. */
        public Declined decline(MemberId by, String reason, Instant at) {
            return new Declined(draft, by, reason, at);
        }
    }

    /** Nothing follows from the case. */
    record Dismissed(Draft draft, List<MemberId> agreed, Instant at) implements Decision {
        public Dismissed {
            agreed = List.copyOf(agreed);
            requireEnough(draft, agreed);
            if (draft.ruling().upheld()) {
                throw new IllegalArgumentException("upheld is not dismissed");
            }
        }
    }

    /** Upheld: its measures bind, each until its own end. */
    record InForce(Draft draft, List<MemberId> agreed, Instant at, Instant appealUntil)
            implements Decision {
        public InForce {
            agreed = List.copyOf(agreed);
            requireEnough(draft, agreed);
            if (!draft.ruling().upheld()) {
                throw new IllegalArgumentException("dismissed binds nobody");
            }
        }

        /**
         * Takes back every measure that still holds; of what several decided it is the first step.
         *
         * @throws IllegalArgumentException if {@code by} took part in the decision
         */
        public Decision reverse(MemberId by, String reason, Instant reversedAt) {
            return new Contested(this, List.of()).reverse(by, reason, reversedAt);
        }

        /** Who made it binding: the last to agree, or the one who drafted it alone. */
        MemberId confirmedBy() {
            return agreed.isEmpty() ? draft.moderator() : agreed.getLast();
        }
    }

    /** Binds still: of those whom it takes to take it back, some have spoken. */
    record Contested(InForce was, List<Voice> voices) implements Decision {
        public Contested {
            voices = List.copyOf(voices);
        }

        @Override
        public Draft draft() {
            return was.draft();
        }

        /**
         * One more wants it taken back; the last one needed ends every measure that still holds.
         *
         * @throws IllegalArgumentException if {@code by} took part in the decision or has spoken before
         */
        public Decision reverse(MemberId by, String why, Instant at) {
            if (was.isBy(by) || voices.stream().anyMatch(voice -> voice.by().equals(by))) {
                throw new IllegalArgumentException("who takes it back is another person");
            }
            return voices.size() + 1 < draft().moderatorsNeeded()
                    ? new Contested(
                            was,
                            Stream.concat(voices.stream(), Stream.of(new Voice(by, why, at)))
                                    .toList())
                    : new Reversed(was, by, why, at);
        }
    }

    /** Proposed, and not agreed to. */
    record Declined(Draft draft, MemberId by, String reason, Instant at) implements Decision {}

    /** Held once, and was taken back. */
    record Reversed(InForce was, MemberId by, String reason, Instant at) implements Decision {
        @Override
        public Draft draft() {
            return was.draft();
        }
    }

    /** In force or dismissed, as the ruling says. */
    static Decision settle(Draft draft, List<MemberId> agreed, Instant at, Instant appealUntil) {
        return draft.ruling().upheld()
                ? new InForce(draft, agreed, at, appealUntil)
                : new Dismissed(draft, agreed, at);
    }

    private static void requireEnough(Draft draft, List<MemberId> agreed) {
        requireDifferent(draft, agreed);
        if (agreed.size() + 1 < draft.moderatorsNeeded()) {
            throw new IllegalArgumentException(
                    "it takes " + draft.moderatorsNeeded() + " moderators");
        }
    }

    private static void requireDifferent(Draft draft, List<MemberId> agreed) {
        if (agreed.contains(draft.moderator())
                || agreed.stream().distinct().count() < agreed.size()) {
            throw new IllegalArgumentException("who agrees is another person");
        }
    }
}
