package org.coopmesh.membership.standing;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.membership.member.Coop;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.PayerId;
import org.coopmesh.membership.member.SiteFacts;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes in the facts that standing is made of, and tells how members and sites stand. */
@Service
public class StandingReview {
    private static final Logger log = LoggerFactory.getLogger(StandingReview.class);
    private static final int GRACE_DAYS_MAX = 365;

    private final Standings standings;
    private final Membership membership;
    private final ApplicationEventPublisher hearers;
    private final Clock clock;

    StandingReview(
            Standings standings,
            Membership membership,
            ApplicationEventPublisher hearers,
            Clock clock) {
        this.standings = standings;
        this.membership = membership;
        this.hearers = hearers;
        this.clock = clock;
    }

    /** Billing said at {@code at} that {@code payer} owes since {@code since}. */
    @Transactional
    void overdue(UUID invoice, PayerId payer, LocalDate since, Instant at) {
        if (standings.said(invoice, payer, since, at)) {
            hearers.publishEvent(StandingChanged.of(payer));
        }
    }

    /** Billing said at {@code at} that an invoice is to be paid by {@code dueOn}: what was late before that day is so no longer. */
    @Transactional
    void putOff(UUID invoice, PayerId payer, LocalDate dueOn, Instant at) {
        if (standings.putOff(invoice, dueOn, at)) {
            hearers.publishEvent(StandingChanged.of(payer));
        }
    }

    /** Billing said at {@code at} that nothing is owed on an invoice any more. */
    @Transactional
    void settled(UUID invoice, PayerId payer, Instant at) {
        if (standings.said(invoice, payer, null, at)) {
            hearers.publishEvent(StandingChanged.of(payer));
        }
    }

    /** Billing said at {@code at} that a limit of spending is reached, or no more. */
    @Transactional
    void limited(PayerId payer, SpendLimit.Kind kind, boolean reached, Instant at) {
        if (standings.limited(payer, kind, reached ? at : null, at)) {
            hearers.publishEvent(StandingChanged.of(payer));
        }
    }

    /** Abuse reporting says that a measure is imposed. */
    @Transactional
    void impose(Sanction sanction, MemberId member) {
        if (standings.impose(sanction, member)) {
            hearers.publishEvent(StandingChanged.of(member));
        }
    }

    /** Abuse reporting says that a measure is reversed or has expired. */
    @Transactional
    void end(UUID measure, MemberId member) {
        if (standings.end(measure, member, clock.instant())) {
            hearers.publishEvent(StandingChanged.of(member));
        }
    }

    /** Measures end by themselves, whether or not anybody says so. */
    @Scheduled(fixedDelayString = "${coopmesh.standing.check-interval:PT10S}")
    @Transactional
    void endExpired() {
        Set<MemberId> members = new HashSet<>(standings.endExpired(clock.instant()));
        if (!members.isEmpty()) {
            hearers.publishEvent(new StandingChanged(members, Set.of()));
            log.atInfo().addKeyValue("members", members.size()).log("sanctions expired");
        }
    }

    /** Holds what being overdue would bring, up to and including the day {@code until}. */
    @Transactional
    public void hold(MemberId member, LocalDate until, String reason, UUID by) {
        Instant now = clock.instant();
        standings.hold(member, until, reason, by, now);
        standings.keep(member, new HardshipWord(until, reason, by, now));
        hearers.publishEvent(StandingChanged.of(member));
    }

    /** Ends a hold; without one it changes nothing. */
    @Transactional
    public void release(MemberId member, String reason, UUID by) {
        if (!standings.release(member)) {
            return;
        }
        standings.keep(member, new HardshipWord(null, reason, by, clock.instant()));
        hearers.publishEvent(StandingChanged.of(member));
    }

    /** What treasurers said about the member's hold, newest first; at most {@code limit}. */
    @Transactional(readOnly = true)
    List<HardshipWord> hardship(MemberId member, int limit) {
        return standings.words(member, limit);
    }

    /** Days between "overdue" and the first consequence. */
    @Transactional(readOnly = true)
    public int graceDays() {
        return standings.graceDays();
    }

    /** Changes the days of grace for everyone. */
    @Transactional
    public void graceDays(int days) {
        if (days < 0 || days > GRACE_DAYS_MAX) {
            throw new IllegalArgumentException("days of grace are 0 to " + GRACE_DAYS_MAX);
        }
        standings.graceDays(days);
        hearers.publishEvent(new GraceChanged(days));
    }

    /** Whether {@code payer} has an invoice that is overdue, whatever follows from it. */
    public boolean owes(PayerId payer) {
        return standings.overdueSince(List.of(payer)).containsKey(payer);
    }

    /** How each of {@code members} stands: the worst of what applies. */
    @Transactional(readOnly = true)
    public Map<MemberId, Standing> of(Collection<MemberId> members) {
        Map<MemberId, MemberFacts> facts = membership.facts(members);
        var payers = new HashSet<PayerId>();
        facts.values().forEach(found -> payers.addAll(found.payers()));
        Map<PayerId, LocalDate> overdue = standings.overdueSince(payers);
        Map<PayerId, List<SpendLimit>> limits = standings.limits(payers);
        Map<MemberId, List<Sanction>> sanctions = standings.sanctions(facts.keySet());
        Map<MemberId, LocalDate> holds = standings.holds(facts.keySet());
        int graceDays = standings.graceDays();
        Instant now = clock.instant();
        LocalDate today = LocalDate.ofInstant(now, zone());
        var result = new HashMap<MemberId, Standing>();
        facts.forEach((member, found) -> {
            LocalDate since =
                    found.payers().stream()
                            .map(overdue::get)
                            .filter(day -> day != null)
                            .min(LocalDate::compareTo)
                            .orElse(null);
            var all =
                    Standing.all(
                            new Standing.Facts(
                                    since,
                                    holds.get(member),
                                    sanctions.getOrDefault(member, List.of()),
                                    found.payers().stream()
                                            .flatMap(payer ->
                                                    limits.getOrDefault(payer, List.of()).stream())
                                            .toList()),
                            today,
                            now,
                            graceDays);
            result.put(member, Standing.worst(all));
        });
        return result;
    }

    /** How each of {@code sites} stands at {@code now}; one that is not known is left out. */
    @Transactional(readOnly = true)
    public Map<SiteId, SiteStanding> ofSites(Collection<SiteId> sites, Instant now) {
        Map<SiteId, SiteFacts> places = membership.sites(sites);
        Map<MemberId, MemberFacts> members =
                membership.facts(
                        places.values().stream()
                                .map(SiteFacts::memberId)
                                .collect(Collectors.toSet()));
        var payers = new HashSet<PayerId>();
        for (SiteFacts place : places.values()) {
            PayerId payer = place.payerId();
            if (payer != null) {
                payers.add(payer);
            }
        }
        Map<PayerId, LocalDate> overdue = standings.overdueSince(payers);
        Map<PayerId, List<SpendLimit>> limits = standings.limits(payers);
        Map<MemberId, List<Sanction>> sanctions = standings.sanctions(members.keySet());
        Map<MemberId, LocalDate> holds = standings.holds(members.keySet());
        int graceDays = standings.graceDays();
        LocalDate today = LocalDate.ofInstant(now, zone());
        var result = new HashMap<SiteId, SiteStanding>();
        places.forEach((site, place) -> {
            MemberFacts member = members.get(place.memberId());
            if (member == null) {
                return;
            }
            @Nullable PayerId payer = place.payerId();
            var facts =
                    new Standing.Facts(
                            payer == null ? null : overdue.get(payer),
                            holds.get(member.id()),
                            sanctions.getOrDefault(member.id(), List.of()),
                            payer == null ? List.of() : limits.getOrDefault(payer, List.of()));
            result.put(
                    site,
                    new SiteStanding(
                            site,
                            member.id(),
                            payer,
                            member.state(),
                            Standing.all(facts, today, now, graceDays)));
        });
        return result;
    }

    private ZoneId zone() {
        return membership.constituted().map(Coop::zone).orElse(ZoneOffset.UTC);
    }
}
