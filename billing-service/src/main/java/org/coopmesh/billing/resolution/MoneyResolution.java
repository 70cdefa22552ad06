package org.coopmesh.billing.resolution;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * A resolution of the assembly about money.
 *
 * @param number counts the co-op's proposals
 * @param effectiveOn the first day on which it holds
 */
record MoneyResolution(UUID proposal, int number, LocalDate effectiveOn, Content content) {
    /** What changes. */
    sealed interface Content {
        /** The flat dues of a plan, for one month. */
        record Dues(String planCode, Money monthly) implements Content {}

        /** What may be spent on something, for one month. */
        record Budget(String purpose, Money monthly) implements Content {}

        /** What outages give back, that begin then or later. */
        record OutageCredit(int afterHours, int percent) implements Content {}
    }

    /**
     * As it is kept.
     *
     * @param carriedOutAt null while it was not
     * @param why it was not; null where it was
     */
    record Kept(
            UUID proposal,
            int number,
            LocalDate effectiveOn,
            String kind,
            String what,
            @Nullable Instant carriedOutAt,
            @Nullable String why) {}

    String kind() {
        return switch (content) {
            case Content.Dues dues -> "dues";
            case Content.Budget budget -> "budget";
            case Content.OutageCredit credit -> "outage-credit";
        };
    }

    /** In one line, without a language: the values. */
    String what() {
        return switch (content) {
            case Content.Dues(String plan, Money monthly) -> plan + ": " + monthly;
            case Content.Budget(String purpose, Money monthly) -> purpose + ": " + monthly;
            case Content.OutageCredit(int hours, int percent) -> hours + " h: " + percent + " %";
        };
    }
}
