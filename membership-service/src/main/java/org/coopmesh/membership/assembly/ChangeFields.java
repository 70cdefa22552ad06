package org.coopmesh.membership.assembly;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A change as it is written down: which kind, and the values of that kind. The same in requests, answers and the database.
 *
 * @param monthlyMicro of kinds {@code dues} and {@code budget}, in 10⁻⁶ of the co-op's currency
 * @param hardshipUntil of kind {@code hardship}, for whoever proposes it: the last day
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ChangeFields(
        @NotNull
                @Pattern(
                        regexp = "resolution|rules|policy|terms|dues|budget|outage-credit|hardship")
                String kind,
        @Nullable @Size(max = Change.Rules.TEXT_MAX) String rulesText,
        @Nullable Integer slowLaneKbit,
        @Nullable Integer slowLaneAfterDays,
        @Nullable Integer wallAfterDays,
        @Nullable Integer quorumPercent,
        @Nullable @Pattern(regexp = "simple|two-thirds") String majority,
        @Nullable @Pattern(regexp = "simple|two-thirds") String rulesMajority,
        @Nullable Integer seconders,
        @Nullable Integer discussionDays,
        @Nullable Integer votingDays,
        @Nullable @Pattern(regexp = "[a-z0-9][a-z0-9-]{0,39}") String planCode,
        @Nullable @Size(max = 100) String purpose,
        @Nullable Long monthlyMicro,
        @Nullable Integer afterHours,
        @Nullable Integer percent,
        @Nullable LocalDate hardshipUntil) {

    private static ChangeFields bare(String kind) {
        return new ChangeFields(
                kind, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null, null);
    }

    static ChangeFields of(Change change) {
        return switch (change) {
            case Change.Resolution _ -> bare("resolution");
            case Change.Rules(String text) ->
                    new ChangeFields(
                            "rules", text, null, null, null, null, null, null, null, null, null,
                            null, null, null, null, null, null);
            case Change.Access access ->
                    new ChangeFields(
                            "policy",
                            null,
                            access.slowLaneKbit(),
                            access.slowLaneAfterDays(),
                            access.wallAfterDays(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null);
            case Change.Procedure(Terms terms) ->
                    new ChangeFields(
                            "terms",
                            null,
                            null,
                            null,
                            null,
                            terms.quorumPercent(),
                            terms.majority().word(),
                            terms.rulesMajority().word(),
                            terms.seconders(),
                            terms.discussionDays(),
                            terms.votingDays(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null);
            case Change.Dues(String planCode, long monthlyMicro) ->
                    new ChangeFields(
                            "dues",
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            planCode,
                            null,
                            monthlyMicro,
                            null,
                            null,
                            null);
            case Change.Budget(String purpose, long monthlyMicro) ->
                    new ChangeFields(
                            "budget",
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            purpose,
                            monthlyMicro,
                            null,
                            null,
                            null);
            case Change.OutageCredit(int afterHours, int percent) ->
                    new ChangeFields(
                            "outage-credit",
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            afterHours,
                            percent,
                            null);
            case Change.Hardship(LocalDate until) ->
                    new ChangeFields(
                            "hardship",
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            until);
        };
    }

    /**
     * The change that is meant. What belongs to another kind is not looked at.
     *
     * @param terms in force, for what is not given
     * @throws IllegalArgumentException if a value is missing or cannot be; the message begins with its name
     */
    Change change(Terms terms) {
        return switch (kind) {
            case "resolution" -> new Change.Resolution();
            case "rules" -> new Change.Rules(requireNonNullElse(rulesText, ""));
            case "policy" -> new Change.Access(slowLaneKbit, slowLaneAfterDays, wallAfterDays);
            case "terms" ->
                    new Change.Procedure(
                            new Terms(
                                    requireNonNullElse(quorumPercent, terms.quorumPercent()),
                                    Majority.of(
                                            requireNonNullElse(majority, terms.majority().word())),
                                    Majority.of(
                                            requireNonNullElse(
                                                    rulesMajority, terms.rulesMajority().word())),
                                    requireNonNullElse(seconders, terms.seconders()),
                                    requireNonNullElse(discussionDays, terms.discussionDays()),
                                    requireNonNullElse(votingDays, terms.votingDays())));
            case "dues" -> new Change.Dues(requireNonNullElse(planCode, ""), given(monthlyMicro));
            case "budget" ->
                    new Change.Budget(requireNonNullElse(purpose, "").strip(), given(monthlyMicro));
            case "outage-credit" -> {
                if (afterHours == null) throw new IllegalArgumentException("afterHours is missing");
                if (percent == null) throw new IllegalArgumentException("percent is missing");
                yield new Change.OutageCredit(afterHours, percent);
            }
            case "hardship" -> {
                if (hardshipUntil == null)
                    throw new IllegalArgumentException("hardshipUntil is missing");
                yield new Change.Hardship(hardshipUntil);
            }
            default -> throw new IllegalArgumentException("kind is unknown: " + kind);
        };
    }

    private static long given(@Nullable Long monthlyMicro) {
        if (monthlyMicro == null) throw new IllegalArgumentException("monthlyMicro is missing");
        return monthlyMicro;
    }
}
