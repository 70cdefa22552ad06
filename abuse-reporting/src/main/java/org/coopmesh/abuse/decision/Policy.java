package org.coopmesh.abuse.decision;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.coopmesh.abuse.report.Category;
import org.jspecify.annotations.Nullable;

/**
 * What the co-op has published about how it decides: who must agree, what weighs how much, and how to appeal.
 *
 * @param moderators how many the gravest decisions take: what is permanent, what hits a wide prefix, what is of the gravest
 *     category
 * @param strikeWindow how long an upheld case counts
 * @param strikeWeight what a case of any category weighs
 * @param strikeWeightByCategory where a category weighs more
 * @param ladder from which weight on which step is proposed, the mildest first
 * @param appealWithin how long a member may appeal, from when the decision binds
 * @param hearWithin by when an appeal is to be decided
 */
public record Policy(
        @Min(2) @Max(MODERATORS_MAX) int moderators,
        @NotNull Duration strikeWindow,
        @Min(1) @Max(WEIGHT_MAX) int strikeWeight,
        @NotNull Map<Category, @Min(1) @Max(WEIGHT_MAX) Integer> strikeWeightByCategory,
        @NotEmpty List<@Valid Rung> ladder,
        @NotNull Duration appealWithin,
        @NotNull Duration hearWithin) {
    static final int MODERATORS_MAX = 9;
    static final int WEIGHT_MAX = 100;

    /** The steps of the ladder. */
    public enum Step {
        WARNING,
        SLOW_LANE,
        SUSPENSION,
        BAN;

        /** The name used on the wire, as measures have it. */
        String wire() {
            return switch (this) {
                case WARNING -> "warning";
                case SLOW_LANE -> "slowLane";
                case SUSPENSION -> "suspension";
                case BAN -> "ban";
            };
        }
    }

    /**
     * One step of the ladder.
     *
     * @param from the weight from which it is proposed
     * @param lasts how long; null for a warning, which has no end, and for a permanent ban
     * @param kbit for a slow lane only
     */
    public record Rung(
            @Min(1) int from,
            @NotNull Step step,
            @Nullable Duration lasts,
            @Nullable Integer kbit) {
        public Rung {
            if ((step == Step.SLOW_LANE) != (kbit != null)) {
                throw new IllegalArgumentException("a slow lane, and nothing else, has a speed");
            }
            if (step == Step.WARNING && lasts != null) {
                throw new IllegalArgumentException("a warning lasts no time");
            }
            if ((step == Step.SLOW_LANE || step == Step.SUSPENSION) && lasts == null) {
                throw new IllegalArgumentException("say how long a " + step.wire() + " is to last");
            }
        }
    }

    public Policy {
        strikeWeightByCategory = Map.copyOf(strikeWeightByCategory);
        ladder = List.copyOf(ladder);
        if (!ladder.isEmpty() && ladder.getFirst().from() != 1) {
            throw new IllegalArgumentException("the ladder begins at weight 1");
        }
        for (int i = 1; i < ladder.size(); i++) {
            Rung lower = ladder.get(i - 1);
            Rung higher = ladder.get(i);
            if (higher.from() <= lower.from() || higher.step().ordinal() < lower.step().ordinal()) {
                throw new IllegalArgumentException("each rung of the ladder is higher and graver");
            }
        }
        for (Duration span : List.of(strikeWindow, appealWithin, hearWithin)) {
            if (!span.isPositive()) {
                throw new IllegalArgumentException("a time of the policy is longer than nothing");
            }
        }
    }

    /** What a case of this category weighs. */
    public int weight(Category category) {
        return strikeWeightByCategory.getOrDefault(category, strikeWeight);
    }

    /** The highest step that this weight reaches. */
    Rung rung(int weight) {
        Rung reached = ladder.getFirst();
        for (Rung rung : ladder) {
            if (rung.from() <= weight) {
                reached = rung;
            }
        }
        return reached;
    }

    /** Which step the strikes within the window and one more case propose; a moderator decides. */
    Proposal propose(List<Strike> strikes, Category category, Instant now) {
        List<Strike> counting =
                strikes.stream()
                        .filter(strike -> strike.at().isAfter(now.minus(strikeWindow)))
                        .toList();
        int before = counting.stream().mapToInt(Strike::weight).sum();
        return new Proposal(counting, before, weight(category), rung(before + weight(category)));
    }
}
