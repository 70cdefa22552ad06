package org.coopmesh.membership.member;

import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;

/** Who belongs, where they are connected, and who pays for it. */
@Service
public class Membership {
    private final Coops coops;
    private final Members members;
    private final Sites sites;
    private final Clock clock;

    Membership(Coops coops, Members members, Sites sites, Clock clock) {
        this.coops = coops;
        this.members = members;
        this.sites = sites;
        this.clock = clock;
    }

    /**
     * The co-op that this installation serves.
     *
     * @throws CoopNotConstituted if it has not been set up yet
     */
    public Coop coop() {
        return constituted().orElseThrow(CoopNotConstituted::new);
    }

    /** The co-op, or empty before set-up. */
    public Optional<Coop> constituted() {
        return coops.find();
    }

    /** Today in the co-op's time zone. */
    public LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), coop().zone());
    }

    /** What is known about {@code id}; empty if nobody with that id ever applied. */
    public Optional<MemberFacts> facts(MemberId id) {
        return members.find(id).map(this::facts);
    }

    /** Members who answer for a site that {@code payer} pays for today, in id order. */
    public List<MemberFacts> factsOf(PayerId payer) {
        return sites.membersPaidBy(payer, today()).stream()
                .flatMap(id -> members.find(id).stream())
                .map(this::facts)
                .toList();
    }

    /** What is known about {@code id}; empty if there is no such site. */
    public Optional<SiteFacts> site(SiteId id) {
        return sites.find(id).map(this::facts);
    }

    /** Sites that {@code member} answers for, by name. */
    public List<SiteFacts> sitesOf(MemberId member) {
        return sites.of(List.of(member)).stream().map(this::facts).toList();
    }

    private MemberFacts facts(Member member) {
        var payers =
                sites.inForce(List.of(member.id()), today()).stream()
                        .map(Subscription::payer)
                        .collect(Collectors.toUnmodifiableSet());
        return new MemberFacts(member.id(), member.person().name(), member.state(), payers);
    }

    private SiteFacts facts(Site site) {
        var subscription = sites.inForce(site.id(), today());
        return new SiteFacts(
                site.id(),
                site.memberId(),
                site.name(),
                subscription.map(Subscription::payer).orElse(null),
                subscription.map(Subscription::planCode).orElse(null));
    }
}
