package org.coopmesh.billing.subscription;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What was in force for one site, day by day. On any day the fact with the latest effective date counts; of two with the
 * same date, the one that occurred later. A change counts from its day on.
 */
record SiteHistory(
        SiteId site, List<SiteFact> siteFacts, Map<MemberId, List<MemberFact>> memberFacts) {
    /** What a member became on a day. */
    enum MemberState {
        ACTIVE,
        PAUSED,
        LEFT
    }

    /**
     * From a day on the payer pays for the site on the plan; without a payer, nobody does.
     *
     * @param order of facts that occurred at the same moment
     */
    record SiteFact(
            LocalDate effectiveOn,
            Instant occurredAt,
            long order,
            MemberId member,
            @Nullable PayerId payer,
            @Nullable String planCode) {}

    /** From a day on the member is in the state. */
    record MemberFact(LocalDate effectiveOn, Instant occurredAt, long order, MemberState state) {}

    private static final Comparator<SiteFact> SITE_FACTS =
            Comparator.comparing(SiteFact::effectiveOn)
                    .thenComparing(SiteFact::occurredAt)
                    .thenComparingLong(SiteFact::order);
    private static final Comparator<MemberFact> MEMBER_FACTS =
            Comparator.comparing(MemberFact::effectiveOn)
                    .thenComparing(MemberFact::occurredAt)
                    .thenComparingLong(MemberFact::order);

    /** The subscribed days in [{@code from}, {@code to}), merged where nothing changes from one to the next. */
    List<SubscribedDays> subscribed(LocalDate from, LocalDate to) {
        var merged = new ArrayList<SubscribedDays>();
        // Nothing changes between two days on which a fact takes effect.
        var changes = new TreeSet<LocalDate>();
        changes.add(from);
        siteFacts.forEach(fact -> changes.add(fact.effectiveOn()));
        siteFacts.stream()
                .map(SiteFact::member)
                .distinct()
                .flatMap(member -> memberFacts.getOrDefault(member, List.of()).stream())
                .forEach(fact -> changes.add(fact.effectiveOn()));
        for (LocalDate day : changes.subSet(from, to)) {
            LocalDate later = changes.higher(day);
            Optional<SubscribedDays> then =
                    on(day, later == null || later.isAfter(to) ? to : later);
            if (then.isEmpty()) {
                continue;
            }
            SubscribedDays next = then.get();
            if (!merged.isEmpty() && next.continues(merged.getLast())) {
                SubscribedDays before = merged.removeLast();
                next =
                        new SubscribedDays(
                                site,
                                before.member(),
                                before.payer(),
                                before.planCode(),
                                before.from(),
                                next.to(),
                                before.active());
            }
            merged.add(next);
        }
        return List.copyOf(merged);
    }

    private Optional<SubscribedDays> on(LocalDate day, LocalDate until) {
        Optional<SiteFact> inForce =
                siteFacts.stream().filter(f -> !f.effectiveOn().isAfter(day)).max(SITE_FACTS);
        if (inForce.isEmpty()) {
            return Optional.empty();
        }
        SiteFact fact = inForce.get();
        PayerId payer = fact.payer();
        String planCode = fact.planCode();
        Optional<MemberState> state = state(fact.member(), day);
        if (payer == null
                || planCode == null
                || state.isEmpty()
                || state.get() == MemberState.LEFT) {
            return Optional.empty();
        }
        return Optional.of(
                new SubscribedDays(
                        site,
                        fact.member(),
                        payer,
                        planCode,
                        day,
                        until,
                        state.get() == MemberState.ACTIVE));
    }

    private Optional<MemberState> state(MemberId member, LocalDate day) {
        return memberFacts.getOrDefault(member, List.of()).stream()
                .filter(f -> !f.effectiveOn().isAfter(day))
                .max(MEMBER_FACTS)
                .map(MemberFact::state);
    }
}
