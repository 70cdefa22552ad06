package org.coopmesh.membership.assembly;

import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.AccessPolicyChange;
import org.coopmesh.contracts.membership.v1.AssemblyEvent;
import org.coopmesh.contracts.membership.v1.AssemblyTermsChange;
import org.coopmesh.contracts.membership.v1.BudgetChange;
import org.coopmesh.contracts.membership.v1.DuesChange;
import org.coopmesh.contracts.membership.v1.HardshipGrant;
import org.coopmesh.contracts.membership.v1.OutageCreditChange;
import org.coopmesh.contracts.membership.v1.Resolution;
import org.coopmesh.contracts.membership.v1.ResolutionAdopted;
import org.coopmesh.contracts.membership.v1.ResolutionTookEffect;
import org.coopmesh.contracts.membership.v1.RulesChange;

/** Says in protobuf what the assembly decided. */
final class AssemblyEvents {
    static final String TOPIC = "coopmesh.membership.assembly.v1";

    private AssemblyEvents() {}

    static AssemblyEvent adopted(Proposal.Counted vote, String seal, String currency, Instant at) {
        return event(vote, at)
                .setAdopted(
                        ResolutionAdopted.newBuilder()
                                .setResolution(resolution(vote, seal, currency)))
                .build();
    }

    static AssemblyEvent tookEffect(
            Proposal.Counted vote, String seal, String currency, Instant at) {
        return event(vote, at)
                .setTookEffect(
                        ResolutionTookEffect.newBuilder()
                                .setResolution(resolution(vote, seal, currency)))
                .build();
    }

    private static AssemblyEvent.Builder event(Proposal.Counted vote, Instant at) {
        return AssemblyEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setProposalId(vote.paper().id().toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()));
    }

    private static Resolution resolution(Proposal.Counted vote, String seal, String currency) {
        var resolution =
                Resolution.newBuilder()
                        .setNumber(vote.paper().number())
                        .setEffectiveOn(vote.calendar().effectiveOn().toString())
                        .setElectorate(vote.electorate())
                        .setYes(vote.tally().yes())
                        .setNo(vote.tally().no())
                        .setAbstain(vote.tally().abstain())
                        .setRecordSha256(seal);
        switch (vote.paper().change()) {
            case Change.Resolution _ -> {}
            case Change.Rules(String text) ->
                    resolution.setRules(
                            RulesChange.newBuilder()
                                    .setTextSha256(
                                            HexFormat.of()
                                                    .formatHex(
                                                            VoteRecord.sha256(
                                                                    text.getBytes(
                                                                            StandardCharsets
                                                                                    .UTF_8)))));
            case Change.Access access -> {
                var change = AccessPolicyChange.newBuilder();
                if (access.slowLaneKbit() != null) change.setSlowLaneKbit(access.slowLaneKbit());
                if (access.slowLaneAfterDays() != null)
                    change.setSlowLaneAfterDays(access.slowLaneAfterDays());
                if (access.wallAfterDays() != null) change.setWallAfterDays(access.wallAfterDays());
                resolution.setAccessPolicy(change);
            }
            case Change.Procedure(Terms terms) ->
                    resolution.setAssemblyTerms(
                            AssemblyTermsChange.newBuilder()
                                    .setQuorumPercent(terms.quorumPercent())
                                    .setMajority(terms.majority().word())
                                    .setRulesMajority(terms.rulesMajority().word())
                                    .setSeconders(terms.seconders())
                                    .setDiscussionDays(terms.discussionDays())
                                    .setVotingDays(terms.votingDays()));
            case Change.Dues(String planCode, long monthlyMicro) ->
                    resolution.setDues(
                            DuesChange.newBuilder()
                                    .setPlanCode(planCode)
                                    .setMonthlyMicro(monthlyMicro)
                                    .setCurrency(currency));
            case Change.Budget(String purpose, long monthlyMicro) ->
                    resolution.setBudget(
                            BudgetChange.newBuilder()
                                    .setPurpose(purpose)
                                    .setMonthlyMicro(monthlyMicro)
                                    .setCurrency(currency));
            case Change.OutageCredit(int afterHours, int percent) ->
                    resolution.setOutageCredit(
                            OutageCreditChange.newBuilder()
                                    .setAfterHours(afterHours)
                                    .setPercent(percent));
            case Change.Hardship(LocalDate until) ->
                    resolution.setHardship(HardshipGrant.newBuilder().setUntil(until.toString()));
        }
        return resolution.build();
    }
}
