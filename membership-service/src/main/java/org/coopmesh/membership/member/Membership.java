package org.coopmesh.membership.member;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.eventbus.Outbox;
import org.coopmesh.membership.identity.AccountId;
import org.coopmesh.membership.identity.AddressChanged;
import org.coopmesh.membership.identity.Role;
import org.coopmesh.membership.identity.RoleNotGrantable;
import org.coopmesh.membership.identity.RolesChanged;
import org.coopmesh.membership.identity.SignIn;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Who belongs, where they are connected, and who pays for it. */
@Service
public class Membership {
    private final Coops coops;
    private final Members members;
    private final Payers payers;
    private final Sites sites;
    private final Plans plans;
    private final Notes notes;
    private final Labels labels;
    private final Timeline timeline;
    private final SetUpCode setUpCode;
    private final SignIn signIn;
    private final Outbox outbox;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final MemberSettings.MemberLimits limits;

    Membership(
            Coops coops,
            Members members,
            Payers payers,
            Sites sites,
            Plans plans,
            Notes notes,
            Labels labels,
            Timeline timeline,
            SetUpCode setUpCode,
            SignIn signIn,
            Outbox outbox,
            ApplicationEventPublisher events,
            Clock clock,
            MemberSettings settings) {
        this.coops = coops;
        this.members = members;
        this.payers = payers;
        this.sites = sites;
        this.plans = plans;
        this.notes = notes;
        this.labels = labels;
        this.timeline = timeline;
        this.setUpCode = setUpCode;
        this.signIn = signIn;
        this.outbox = outbox;
        this.events = events;
        this.clock = clock;
        this.limits = settings.member();
    }

    // What other capabilities ask

    /** Why {@code id} cannot be erased yet, in a sentence; empty if nothing hinders it. Locks them until the transaction ends. */
    @Transactional
    public Optional<String> hindersErasure(MemberId id) {
        Member member = lock(id);
        if (!(member instanceof Member.Left || member instanceof Member.Refused))
            return Optional.of(
                    "a member who is %s leaves first".formatted(Members.word(member.state())));
        if (!sites.membersPaidBy(ownPayer(id).id(), today()).isEmpty())
            return Optional.of("their account pays for a place still");
        return Optional.empty();
    }

    /** The account that was made for {@code member} when they applied. */
    public PayerId payerOf(MemberId member) {
        return ownPayer(member).id();
    }

    /** Says that nothing is known any more of who {@code id} was, and ends sign-in for good; in the caller's transaction. */
    @Transactional
    public void erased(MemberId id, MemberId by) {
        Instant at = clock.instant();
        signIn.close(account(id));
        timeline.add(id, at, "erased", Map.of("by", by.toString()));
        announce(MemberEvents.erased(id, ownPayer(id).id(), at));
        events.publishEvent(new MemberChanged(id));
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

    /** What is known about each of {@code ids}, in a few questions however many they are; who is not there is left out. */
    public Map<MemberId, MemberFacts> facts(Collection<MemberId> ids) {
        Map<SiteId, MemberId> answering =
                sites.of(ids).stream().collect(Collectors.toMap(Site::id, Site::memberId));
        var paying = new HashMap<MemberId, Set<PayerId>>();
        for (Subscription each : sites.inForceAt(answering.keySet(), today())) {
            MemberId member = answering.get(each.site());
            paying.computeIfAbsent(member, _ -> new HashSet<>()).add(each.payer());
        }
        return members.all(ids).stream()
                .map(member ->
                        new MemberFacts(
                                member.id(),
                                member.person().name(),
                                member.state(),
                                paying.getOrDefault(member.id(), Set.of())))
                .collect(Collectors.toMap(MemberFacts::id, found -> found));
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

    /**
     * Looks whether there is such a site.
     *
     * @throws NotFound if there is none
     */
    public void mustBeThere(SiteId id) {
        if (sites.find(id).isEmpty()) throw new NotFound(id);
    }

    /** What is known about each of {@code ids}, in two questions however many they are; one that is not there is left out. */
    public Map<SiteId, SiteFacts> sites(Collection<SiteId> ids) {
        Map<SiteId, Subscription> inForce =
                sites.inForceAt(ids, today()).stream()
                        .collect(Collectors.toMap(Subscription::site, found -> found));
        return sites.all(ids).stream()
                .map(site -> facts(site, inForce.get(site.id())))
                .collect(Collectors.toMap(SiteFacts::id, found -> found));
    }

    /** Sites that {@code member} answers for, by name. */
    public List<SiteFacts> sitesOf(MemberId member) {
        return sites.of(List.of(member)).stream().map(this::facts).toList();
    }

    /** Active members who joined before {@code day}, in id order. */
    public List<MemberId> activeBefore(LocalDate day) {
        return members.activeBefore(day);
    }

    /**
     * Gives the co-op's rules a new version, which holds from now on. Who agreed to an earlier one is not asked again.
     *
     * @param resolution by what it was decided
     */
    @Transactional
    public void adoptRules(String text, String resolution) {
        coops.adoptRules(text, resolution, clock.instant());
    }

    /** Every version of the rules, newest first. */
    List<Coops.RulesVersion> rulesSoFar() {
        return coops.rules();
    }

    /** Adds a line to what has happened to {@code member}, in the caller's transaction. */
    public void note(MemberId member, Instant at, String kind, Map<String, String> detail) {
        timeline.add(member, at, kind, detail);
    }

    // People who belong already, by another register

    /**
     * Somebody of the register, found by e-mail address or name.
     *
     * @param sites names of the sites they answer for
     */
    public record Known(
            MemberId id, String name, String email, MemberFacts.State state, List<String> sites) {}

    /** Everybody with one of these e-mail addresses or names, however they are written. */
    @Transactional(readOnly = true)
    public List<Known> alike(Collection<String> emails, Collection<String> names) {
        List<Member> found = members.alike(emails, names);
        Map<MemberId, List<Site>> theirs =
                sites.of(found.stream().map(Member::id).toList()).stream()
                        .collect(Collectors.groupingBy(Site::memberId));
        return found.stream()
                .map(member ->
                        new Known(
                                member.id(),
                                member.person().name(),
                                member.person().email(),
                                member.state(),
                                theirs.getOrDefault(member.id(), List.of()).stream()
                                        .map(Site::name)
                                        .toList()))
                .toList();
    }

    /**
     * Who belongs now, active or paused, in the order of their numbers.
     *
     * @param label only those with this label; empty for all
     * @param zone only those who answer for a site in this zone; empty for all
     */
    public List<MemberId> reachable(String label, String zone) {
        return members.reachable(label, zone);
    }

    /** Those of {@code ids} who belong now, active or paused. */
    public List<MemberId> reachable(Collection<MemberId> ids) {
        return members.reachable(ids);
    }

    /** How to reach {@code id}; empty unless they belong now, active or paused. */
    public Optional<Person> reachable(MemberId id) {
        return members.find(id)
                .filter(member ->
                        member instanceof Member.Active || member instanceof Member.Paused)
                .map(Member::person);
    }

    /** Payers with one of these e-mail addresses, however it is written. */
    public List<Payer> payersWithEmail(Collection<String> emails) {
        return payers.withEmail(emails);
    }

    /**
     * Takes in somebody who has been a member since {@code joinedOn} by another register. They have agreed to no version of the
     * rules here, and sign in once the board has handed them a code.
     *
     * @param address where their bills go; may be empty
     * @return empty, and nothing has changed, if the e-mail address is known
     */
    @Transactional
    public Optional<MemberId> takeIn(
            Person person, LocalDate joinedOn, String address, MemberId by) {
        Instant at = clock.instant();
        var member = new Member.Active(MemberId.next(), person, joinedOn);
        if (!signIn.openUnclaimed(account(member.id()), person.email(), person.name()))
            return Optional.empty();
        if (!members.add(member, at, 0))
            throw new IllegalStateException("a member without an account has this address");
        payers.add(payerFor(member, address));
        signIn.admit(account(member.id()), account(by), "came from another register");
        timeline.add(member.id(), at, "takenIn", detail(by, "", joinedOn));
        announce(MemberEvents.joined(member.id(), joinedOn, at));
        events.publishEvent(new MemberChanged(member.id()));
        return Optional.of(member.id());
    }

    // Set-up

    /**
     * Constitutes the co-op and makes its first board member, who needs nobody's approval.
     *
     * @throws CoopAlreadyConstituted if that has happened before
     * @throws NotAllowed if {@code code} is not the set-up code
     */
    @Transactional
    MemberId constitute(String code, Coop wanted, Person founder, String password) {
        if (constituted().isPresent()) throw new CoopAlreadyConstituted();
        if (!setUpCode.matches(code))
            throw new NotAllowed("wrong-setup-code", "this is not the set-up code");
        Instant at = clock.instant();
        if (!coops.add(wanted, at)) throw new CoopAlreadyConstituted();
        Coop coop = coop();
        LocalDate today = LocalDate.ofInstant(at, coop.zone());
        var member = new Member.Active(MemberId.next(), founder, today);
        if (!members.add(member, at, coop.rulesVersion()))
            throw new IllegalStateException("the founder is already a member");
        payers.add(payerFor(member, ""));
        if (!signIn.open(account(member.id()), founder.email(), founder.name(), password))
            throw new IllegalStateException("the founder has an account already");
        signIn.admitFounder(account(member.id()), "constituted the co-op");
        timeline.add(member.id(), at, "founded", Map.of("joinedOn", today.toString()));
        outbox.add(
                MemberEvents.COOP_TOPIC, MemberEvents.COOP_KEY, MemberEvents.constituted(coop, at));
        announce(MemberEvents.joined(member.id(), today, at));
        events.publishEvent(new CoopConstituted(coop));
        events.publishEvent(new MemberChanged(member.id()));
        setUpCode.forget();
        return member.id();
    }

    /**
     * Adds address pools; who did and why is kept.
     *
     * @throws Unacceptable if one breaks a rule of pools, or overlaps one that is there
     */
    @Transactional
    Coop addPools(List<String> poolsV4, List<String> poolsV6, String reason, MemberId by) {
        Coop before = coops.lock().orElseThrow(CoopNotConstituted::new);
        var present =
                Stream.concat(before.poolsV4().stream(), before.poolsV6().stream())
                        .map(Cidr::of)
                        .toList();
        Pools.check(present, poolsV4, poolsV6);
        coops.addPools(poolsV4, poolsV6, reason, by, clock.instant());
        return coop();
    }

    // Applications

    /** What someone who wants to join tells. */
    record Application(
            Person person,
            String password,
            int rulesVersion,
            String planCode,
            String siteName,
            String siteAddress,
            Site.@Nullable Location location) {}

    /**
     * Takes an application. The answer does not tell whether the e-mail address was known: then nothing but a line on that
     * member's page comes of it, and the id names nobody.
     *
     * @throws CoopNotConstituted if there is no co-op to join yet
     * @throws Unacceptable if the rules that were agreed to are not those in force
     * @throws TooManyApplications if the limit of the hour has been reached
     */
    @Transactional
    MemberId apply(Application application) {
        Coop coop = coop();
        Instant at = clock.instant();
        if (application.rulesVersion() != coop.rulesVersion())
            throw new Unacceptable(
                    "rules-outdated",
                    "rulesVersion",
                    "the rules in force are version " + coop.rulesVersion());
        if (members.appliedSince(at.minus(Duration.ofHours(1))) >= limits.applicationsPerHour())
            throw new TooManyApplications();
        Person person = application.person();
        var applicant =
                new Member.Applicant(MemberId.next(), person, at, application.rulesVersion());
        boolean fresh =
                signIn.open(
                        account(applicant.id()),
                        person.email(),
                        person.name(),
                        application.password());
        if (!fresh) {
            members.withEmail(person.email())
                    .ifPresent(known -> timeline.add(known.id(), at, "appliedAgain", Map.of()));
            return applicant.id();
        }
        if (!members.add(applicant))
            throw new IllegalStateException("a member without an account has this address");
        payers.add(payerFor(applicant, application.siteAddress()));
        var site =
                new Site(
                        SiteId.next(),
                        applicant.id(),
                        application.siteName(),
                        application.siteAddress(),
                        application.location());
        sites.add(site);
        sites.addApplication(applicant.id(), site.id(), application.planCode());
        timeline.add(
                applicant.id(),
                at,
                "applied",
                Map.of(
                        "planCode", application.planCode(),
                        "rulesVersion", Integer.toString(application.rulesVersion())));
        events.publishEvent(new MemberChanged(applicant.id()));
        return applicant.id();
    }

    /**
     * Makes a member of an applicant from today; the site and plan that were asked for are subscribed.
     *
     * @throws StepNotLegal if {@code id} is no applicant
     */
    @Transactional
    Member approve(MemberId id, MemberId by, String reason) {
        Member before = lock(id);
        Instant at = clock.instant();
        return switch (before) {
            case Member.Applicant applicant -> {
                Member.Active active = applicant.approve(today());
                members.update(active);
                signIn.admit(account(id), account(by), reason.isBlank() ? "approved" : reason);
                timeline.add(id, at, "approved", detail(by, reason, active.joinedOn()));
                announce(MemberEvents.joined(id, active.joinedOn(), at));
                sites.application(id)
                        .ifPresent(wanted ->
                                subscribe(
                                        id,
                                        new Subscription(
                                                wanted.site(),
                                                ownPayer(id).id(),
                                                wanted.planCode(),
                                                active.joinedOn()),
                                        at));
                events.publishEvent(new MemberChanged(id));
                yield active;
            }
            case Member.Active _, Member.Paused _, Member.Left _, Member.Refused _ ->
                    throw new StepNotLegal(before, "be approved");
        };
    }

    /**
     * Turns an application down and ends sign-in.
     *
     * @throws StepNotLegal if {@code id} is no applicant
     */
    @Transactional
    Member refuse(MemberId id, MemberId by, String reason) {
        Member before = lock(id);
        return switch (before) {
            case Member.Applicant applicant -> {
                Member.Refused refused = applicant.refuse(reason);
                members.update(refused);
                signIn.close(account(id));
                timeline.add(id, clock.instant(), "refused", detail(by, reason, null));
                events.publishEvent(new MemberChanged(id));
                yield refused;
            }
            case Member.Active _, Member.Paused _, Member.Left _, Member.Refused _ ->
                    throw new StepNotLegal(before, "be refused");
        };
    }

    /**
     * Makes an applicant again of somebody who has left or was refused. Site and plan are what they ask for now; the board decides
     * as it does of any application.
     *
     * @param site one of their own; null for the one they asked for before
     * @throws StepNotLegal if {@code id} neither has left nor was refused
     * @throws Unacceptable if the rules agreed to are not those in force, or the site is not theirs
     */
    @Transactional
    Member applyAgain(
            MemberId id, MemberId by, int rulesVersion, String planCode, @Nullable SiteId site) {
        Coop coop = coop();
        if (rulesVersion != coop.rulesVersion())
            throw new Unacceptable(
                    "rules-outdated",
                    "rulesVersion",
                    "the rules in force are version " + coop.rulesVersion());
        Member before = lock(id);
        Instant at = clock.instant();
        Member.Applicant applicant =
                switch (before) {
                    case Member.Left left -> left.applyAgain(at, rulesVersion);
                    case Member.Refused refused -> refused.applyAgain(at, rulesVersion);
                    case Member.Applicant _, Member.Active _, Member.Paused _ ->
                            throw new StepNotLegal(before, "apply again");
                };
        List<Site> own = sites.of(List.of(id));
        SiteId asked =
                site != null
                        ? site
                        : sites.application(id)
                                .map(Sites.Application::site)
                                .or(() -> own.stream().map(Site::id).findFirst())
                                .orElseThrow(() ->
                                        new Unacceptable(
                                                "site-unknown", "siteId", "there is no site yet"));
        if (own.stream().noneMatch(each -> each.id().equals(asked)))
            throw new Unacceptable("site-unknown", "siteId", "not a site of this member");
        members.update(applicant);
        signIn.reopen(account(id));
        sites.addApplication(id, asked, planCode);
        timeline.add(
                id,
                at,
                "rejoins",
                Map.of(
                        "by", by.toString(),
                        "planCode", planCode,
                        "rulesVersion", Integer.toString(rulesVersion)));
        events.publishEvent(new MemberChanged(id));
        return applicant;
    }

    // Pause, return, leaving: today, or planned for a later day

    /**
     * Pauses a member from {@code from}; on a later day than today it is planned.
     *
     * @throws StepNotLegal if {@code id} is not active
     * @throws Unacceptable if {@code from} is in the past
     */
    @Transactional
    Member pause(MemberId id, MemberId by, LocalDate from, String reason) {
        Member before = lock(id);
        if (!(before instanceof Member.Active)) throw new StepNotLegal(before, "pause");
        return nowOrLater(before, new Plans.Plan(id, Plans.Kind.PAUSE, from, reason, by), "from");
    }

    /**
     * Ends a pause on {@code on}; on a later day than today it is planned.
     *
     * @throws StepNotLegal if {@code id} neither is paused nor will be by then
     * @throws Unacceptable if {@code on} is in the past
     */
    @Transactional
    Member resume(MemberId id, MemberId by, LocalDate on, String reason) {
        Member before = lock(id);
        boolean pausedByThen =
                plans.of(id).stream()
                        .anyMatch(plan ->
                                plan.kind() == Plans.Kind.PAUSE && plan.dueOn().isBefore(on));
        if (!(before instanceof Member.Paused || before instanceof Member.Active && pausedByThen))
            throw new StepNotLegal(before, "resume");
        return nowOrLater(before, new Plans.Plan(id, Plans.Kind.RESUME, on, reason, by), "on");
    }

    /**
     * Ends membership; {@code on} is the first day without it. Subscriptions and roles end with it.
     *
     * @throws StepNotLegal if {@code id} neither is active nor paused
     * @throws Unacceptable if {@code on} is in the past
     * @throws RoleNotGrantable if the co-op would be left without a board
     */
    @Transactional
    Member leave(MemberId id, MemberId by, LocalDate on, String reason) {
        Member before = lock(id);
        if (!(before instanceof Member.Active || before instanceof Member.Paused))
            throw new StepNotLegal(before, "leave");
        return nowOrLater(before, new Plans.Plan(id, Plans.Kind.LEAVE, on, reason, by), "on");
    }

    private Member nowOrLater(Member before, Plans.Plan plan, String field) {
        LocalDate today = today();
        if (plan.dueOn().isBefore(today))
            throw new Unacceptable(
                    "date-in-the-past", field, plan.dueOn() + " is over; today is " + today);
        if (plan.dueOn().isAfter(today)) {
            plans.put(plan);
            timeline.add(
                    plan.member(),
                    clock.instant(),
                    plan.kind().word() + "Planned",
                    detail(plan.by(), plan.reason(), plan.dueOn()));
            return before;
        }
        return carryOut(before, plan);
    }

    private Member carryOut(Member before, Plans.Plan plan) {
        Instant at = clock.instant();
        MemberId id = plan.member();
        Member after =
                switch (plan.kind()) {
                    case PAUSE -> {
                        if (!(before instanceof Member.Active active))
                            throw new StepNotLegal(before, "pause");
                        yield active.pause(plan.dueOn());
                    }
                    case RESUME -> {
                        if (!(before instanceof Member.Paused paused))
                            throw new StepNotLegal(before, "resume");
                        yield paused.resume(plan.dueOn());
                    }
                    case LEAVE ->
                            switch (before) {
                                case Member.Active active ->
                                        active.leave(plan.dueOn(), plan.reason());
                                case Member.Paused paused ->
                                        paused.leave(plan.dueOn(), plan.reason());
                                case Member.Applicant _, Member.Left _, Member.Refused _ ->
                                        throw new StepNotLegal(before, "leave");
                            };
                };
        members.update(after);
        plans.delete(id, plan.kind());
        switch (plan.kind()) {
            case PAUSE -> announce(MemberEvents.paused(id, plan.dueOn(), at));
            case RESUME -> announce(MemberEvents.resumed(id, plan.dueOn(), at));
            case LEAVE -> {
                plans.deleteAll(id);
                signIn.dismiss(account(id), account(plan.by()), plan.reason());
                for (Site site : sites.of(List.of(id))) {
                    if (sites.inForce(site.id(), plan.dueOn()).isEmpty()) continue;
                    var ends = new ArrayList<LocalDate>();
                    ends.add(plan.dueOn());
                    ends.addAll(sites.startsAfter(site.id(), plan.dueOn()));
                    for (LocalDate end : ends) {
                        sites.unsubscribe(site.id(), end, at);
                        announce(MemberEvents.unsubscribed(id, site.id(), end, at));
                    }
                    events.publishEvent(new SiteChanged(site.id()));
                }
                for (Sites.Resident each : sites.residents(List.of(id)))
                    if (each.member().equals(id)) sites.removeResident(each.site(), id);
                announce(MemberEvents.left(id, plan.dueOn(), at));
            }
        }
        String kind =
                switch (plan.kind()) {
                    case PAUSE -> "paused";
                    case RESUME -> "resumed";
                    case LEAVE -> "left";
                };
        timeline.add(id, at, kind, detail(plan.by(), plan.reason(), plan.dueOn()));
        events.publishEvent(new MemberChanged(id));
        return after;
    }

    /** Carries out one plan that has fallen due; false if there is none left. The member's row decides between replicas. */
    @Transactional
    boolean carryOutDue() {
        if (constituted().isEmpty()) return false;
        Optional<Plans.Plan> due = plans.due(today());
        if (due.isEmpty()) return false;
        Plans.Plan plan = due.get();
        Member before = lock(plan.member());
        if (!plans.of(plan.member()).contains(plan)) return true; // Another replica was first.
        String hindrance = hindrance(before, plan);
        if (hindrance == null) {
            carryOut(before, plan);
        } else {
            plans.delete(plan.member(), plan.kind());
            timeline.add(
                    plan.member(),
                    clock.instant(),
                    plan.kind().word() + "Dropped",
                    Map.of("dueOn", plan.dueOn().toString(), "why", hindrance));
        }
        return true;
    }

    /** Why a plan cannot be carried out any more: the member's state has changed since, or it is the last of the board. */
    private @Nullable String hindrance(Member before, Plans.Plan plan) {
        boolean legal =
                switch (plan.kind()) {
                    case PAUSE -> before instanceof Member.Active;
                    case RESUME ->
                            before instanceof Member.Paused paused
                                    && !plan.dueOn().isBefore(paused.from());
                    case LEAVE ->
                            before instanceof Member.Active || before instanceof Member.Paused;
                };
        if (!legal) return Members.word(before.state());
        if (plan.kind() == Plans.Kind.LEAVE && signIn.isLastOfTheBoard(account(plan.member())))
            return "last-board-member";
        return null;
    }

    // Sites, payers, subscriptions

    /**
     * Adds a site for a member and subscribes it from {@code from}, today or later.
     *
     * @param payer who pays; null for the member's own payer
     * @throws StepNotLegal if {@code member} neither is active nor paused
     */
    @Transactional
    public Site addSite(
            MemberId member,
            String name,
            String address,
            Site.@Nullable Location location,
            @Nullable PayerId payer,
            String planCode,
            LocalDate from,
            MemberId by) {
        mustBelong(lock(member), "connect a site");
        var site = new Site(SiteId.next(), member, name, address, location);
        sites.add(site);
        Instant at = clock.instant();
        timeline.add(
                member,
                at,
                "siteAdded",
                Map.of("siteId", site.id().toString(), "by", by.toString()));
        Payer paying =
                payer == null
                        ? ownPayer(member)
                        : payers.find(payer).orElseThrow(() -> new NotFound(payer));
        subscribe(member, new Subscription(site.id(), paying.id(), planCode, from), at);
        return site;
    }

    /**
     * Sets who pays for a site on which plan from a day on; it replaces what was in force for that site.
     *
     * @throws Unacceptable if {@code effectiveOn} is in the past, or before a day from which something else was agreed
     */
    @Transactional
    Subscription subscribe(
            SiteId id, PayerId payer, String planCode, LocalDate effectiveOn, MemberId by) {
        MemberId member = sites.find(id).orElseThrow(() -> new NotFound(id)).memberId();
        mustBelong(lock(member), "subscribe");
        Site site = sites.lock(id).orElseThrow(() -> new NotFound(id));
        if (payers.find(payer).isEmpty()) throw new NotFound(payer);
        mayChangeFrom(id, effectiveOn, "effectiveOn");
        var subscription = new Subscription(id, payer, planCode, effectiveOn);
        Instant at = clock.instant();
        subscribe(site.memberId(), subscription, at);
        return subscription;
    }

    /** Where a site moves to: a new place, or one that the member has already. */
    sealed interface Destination {
        record NewPlace(String name, String address, Site.@Nullable Location location)
                implements Destination {}

        record OwnSite(SiteId site) implements Destination {}
    }

    /**
     * Moves a connection to another place from a day on: the plan and the payer go with it, and the old place is on no plan any
     * more. Nodes stay where they are until somebody moves them.
     *
     * @throws Unacceptable if {@code on} is over or before a day from which something else was agreed, if the old place is on no plan,
     *     or the new one is on one already or another member's
     */
    @Transactional
    Site move(SiteId from, Destination to, LocalDate on, MemberId by) {
        MemberId member = sites.find(from).orElseThrow(() -> new NotFound(from)).memberId();
        mustBelong(lock(member), "move");
        if (sites.lock(from).isEmpty()) throw new NotFound(from);
        Subscription going =
                sites.inForce(from, on)
                        .filter(each -> !each.effectiveOn().isAfter(on))
                        .orElseThrow(() ->
                                new Unacceptable(
                                        "site-not-subscribed",
                                        "on",
                                        "this place is on no plan on " + on));
        mayChangeFrom(from, on, "on");
        Instant at = clock.instant();
        Site target =
                switch (to) {
                    case Destination.NewPlace place -> {
                        var made =
                                new Site(
                                        SiteId.next(),
                                        member,
                                        place.name(),
                                        place.address(),
                                        place.location());
                        sites.add(made);
                        yield made;
                    }
                    case Destination.OwnSite(SiteId id) -> {
                        Site own =
                                sites.lock(id)
                                        .filter(each -> each.memberId().equals(member))
                                        .orElseThrow(() ->
                                                new Unacceptable(
                                                        "site-unknown",
                                                        "siteId",
                                                        "not a site of this member"));
                        if (sites.inForce(id, on).isPresent())
                            throw new Unacceptable(
                                    "site-subscribed", "siteId", "that place is on a plan already");
                        mayChangeFrom(id, on, "on");
                        yield own;
                    }
                };
        sites.unsubscribe(from, on, at);
        announce(MemberEvents.unsubscribed(member, from, on, at));
        events.publishEvent(new SiteChanged(from));
        timeline.add(
                member,
                at,
                "siteMoved",
                Map.of(
                        "fromSiteId", from.toString(),
                        "siteId", target.id().toString(),
                        "on", on.toString(),
                        "by", by.toString()));
        subscribe(member, new Subscription(target.id(), going.payer(), going.planCode(), on), at);
        return target;
    }

    /** What was agreed is never changed backwards. */
    private void mayChangeFrom(SiteId site, LocalDate day, String field) {
        if (day.isBefore(today()))
            throw new Unacceptable(
                    "date-in-the-past", field, day + " is over; plans never change backwards");
        sites.lastEffectiveOn(site)
                .filter(day::isBefore)
                .ifPresent(last -> {
                    throw new Unacceptable(
                            "date-before-last-change",
                            field,
                            "something else was agreed from " + last);
                });
    }

    // Who lives where, and words that sort

    /**
     * Says that {@code member} lives at a site that another answers for; saying it twice changes nothing.
     *
     * @throws StepNotLegal if {@code member} neither is active nor paused
     * @throws Unacceptable if {@code member} answers for the site themselves
     */
    @Transactional
    void movesIn(SiteId id, MemberId member, MemberId by) {
        Site site = sites.lock(id).orElseThrow(() -> new NotFound(id));
        mustBelong(lock(member), "live at a site");
        if (site.memberId().equals(member))
            throw new Unacceptable(
                    "answers-for-site", "memberId", "this member answers for the site already");
        Instant at = clock.instant();
        if (sites.addResident(id, member, at))
            timeline.add(
                    member,
                    at,
                    "movedIn",
                    Map.of("siteId", id.toString(), "site", site.name(), "by", by.toString()));
    }

    /** Says that {@code member} does not live at a site any more; saying it twice changes nothing. */
    @Transactional
    void movesOut(SiteId id, MemberId member, MemberId by) {
        Site site = sites.lock(id).orElseThrow(() -> new NotFound(id));
        if (sites.removeResident(id, member))
            timeline.add(
                    member,
                    clock.instant(),
                    "movedOut",
                    Map.of("siteId", id.toString(), "site", site.name(), "by", by.toString()));
    }

    /** Sets the zone a site is in; null for none. */
    @Transactional
    public Site zone(SiteId id, @Nullable String zone) {
        if (sites.lock(id).isEmpty()) throw new NotFound(id);
        sites.setZone(id, zone);
        return sites.find(id).orElseThrow(() -> new NotFound(id));
    }

    /** Says where a site is; null for nobody knows. */
    @Transactional
    Site locate(SiteId id, Site.@Nullable Location location) {
        if (sites.lock(id).isEmpty()) throw new NotFound(id);
        sites.setLocation(id, location);
        return sites.find(id).orElseThrow(() -> new NotFound(id));
    }

    /** Says whether a site may be on public maps; saying it again changes nothing. */
    @Transactional
    Site openToMaps(SiteId id, boolean open) {
        if (sites.lock(id).isEmpty()) throw new NotFound(id);
        sites.setPublic(id, open, clock.instant());
        return sites.find(id).orElseThrow(() -> new NotFound(id));
    }

    /** The member who answers for each of {@code ids}; a site that is not known is left out. */
    public Map<SiteId, MemberId> answering(Collection<SiteId> ids) {
        return sites.answering(ids);
    }

    /** Where each site is, and whether everybody may see it. */
    public List<SitePlace> places() {
        return sites.places();
    }

    /** A word of a label or zone. */
    public static final String WORD = Labels.WORD;

    /** Labels of one member. */
    public static final int LABELS_MAX = Labels.PER_MEMBER_MAX;

    /** By which words somebody, and the sites they answer for, are sorted. */
    public record Sorted(
            MemberId id, String name, String email, List<String> labels, List<Site> sites) {}

    /** How everybody with one of these e-mail addresses is sorted, however those are written. */
    @Transactional(readOnly = true)
    public List<Sorted> sorted(Collection<String> emails) {
        List<Member> found = members.alike(emails, List.of());
        List<MemberId> ids = found.stream().map(Member::id).toList();
        Map<MemberId, List<String>> labelled = labels.of(ids);
        Map<MemberId, List<Site>> theirs =
                sites.of(ids).stream().collect(Collectors.groupingBy(Site::memberId));
        return found.stream()
                .map(member ->
                        new Sorted(
                                member.id(),
                                member.person().name(),
                                member.person().email(),
                                labelled.getOrDefault(member.id(), List.of()),
                                theirs.getOrDefault(member.id(), List.of())))
                .toList();
    }

    /** Sets which labels a member has. */
    @Transactional
    public void label(MemberId member, Set<String> wanted) {
        lock(member);
        labels.set(member, wanted);
    }

    /** Writes something down about a member, for staff. */
    @Transactional
    Notes.Note writeDown(MemberId member, MemberId by, String text) {
        lock(member);
        return notes.add(member, by, clock.instant(), text);
    }

    private void subscribe(MemberId member, Subscription subscription, Instant at) {
        sites.subscribe(subscription, at);
        timeline.add(
                member,
                at,
                "subscribed",
                Map.of(
                        "siteId", subscription.site().toString(),
                        "payerId", subscription.payer().toString(),
                        "planCode", subscription.planCode(),
                        "effectiveOn", subscription.effectiveOn().toString()));
        announce(MemberEvents.subscribed(member, subscription, at));
        events.publishEvent(new SiteChanged(subscription.site()));
    }

    /** Adds a payer who is no member. */
    @Transactional
    public Payer addPayer(String name, String email, String address) {
        var payer = new Payer(PayerId.next(), name, email, address, null);
        payers.add(payer);
        return payer;
    }

    /** Whether {@code member} may see {@code payer}: it is their own, or pays for one of their sites. */
    boolean mayShow(PayerId payer, MemberId member) {
        return payers.find(payer).filter(found -> member.equals(found.memberId())).isPresent()
                || facts(member).filter(found -> found.payers().contains(payer)).isPresent();
    }

    // Pages

    /** Everything a page shows about one member that this capability knows. */
    record Page(
            Member member,
            Payer payer,
            List<Site> sites,
            List<Subscription> subscriptions,
            List<String> labels,
            List<Sites.Resident> residents) {}

    @Transactional(readOnly = true)
    Page page(MemberId id) {
        Member member = members.find(id).orElseThrow(() -> new NotFound(id));
        return pages(List.of(member)).getFirst();
    }

    /** Pages of {@code found}, in their order. */
    @Transactional(readOnly = true)
    List<Page> pages(List<Member> found) {
        if (found.isEmpty()) return List.of();
        List<MemberId> ids = found.stream().map(Member::id).toList();
        Map<MemberId, Payer> payer = new HashMap<>();
        for (Payer each : payers.of(ids))
            if (each.memberId() != null) payer.put(each.memberId(), each);
        Map<MemberId, List<Site>> site =
                sites.of(ids).stream().collect(Collectors.groupingBy(Site::memberId));
        List<Subscription> subscriptions = sites.inForce(ids, today());
        Map<MemberId, List<String>> labelled = labels.of(ids);
        List<Sites.Resident> residents = sites.residents(ids);
        return found.stream()
                .map(member -> {
                    List<Site> own = site.getOrDefault(member.id(), List.of());
                    Set<SiteId> ownIds = own.stream().map(Site::id).collect(Collectors.toSet());
                    Payer ownPayer = payer.get(member.id());
                    if (ownPayer == null)
                        throw new IllegalStateException("no payer: " + member.id());
                    return new Page(
                            member,
                            ownPayer,
                            own,
                            subscriptions.stream()
                                    .filter(each -> ownIds.contains(each.site()))
                                    .toList(),
                            labelled.getOrDefault(member.id(), List.of()),
                            residents.stream()
                                    .filter(each ->
                                            ownIds.contains(each.site())
                                                    || each.member().equals(member.id()))
                                    .toList());
                })
                .toList();
    }

    /** What is planned for {@code id}, by day. */
    List<Plans.Plan> plansOf(MemberId id) {
        return plans.of(id);
    }

    /** Tells on the member's page which roles came and went. */
    @EventListener
    void on(RolesChanged changed) {
        var detail = new HashMap<String, String>();
        if (!changed.granted().isEmpty()) detail.put("granted", words(changed.granted()));
        if (!changed.withdrawn().isEmpty()) detail.put("withdrawn", words(changed.withdrawn()));
        detail.put("reason", changed.reason());
        timeline.add(
                new MemberId(changed.account().value()), clock.instant(), "rolesChanged", detail);
    }

    /** A member is written to where they sign in. */
    @EventListener
    void on(AddressChanged changed) {
        var id = new MemberId(changed.account().value());
        members.setEmail(id, changed.email());
        events.publishEvent(new MemberChanged(id));
    }

    private static String words(Set<Role> roles) {
        return roles.stream().sorted().map(Role::word).collect(Collectors.joining(" "));
    }

    private Member lock(MemberId id) {
        return members.lock(id).orElseThrow(() -> new NotFound(id));
    }

    private static void mustBelong(Member member, String step) {
        switch (member) {
            case Member.Active _, Member.Paused _ -> {}
            case Member.Applicant _, Member.Left _, Member.Refused _ ->
                    throw new StepNotLegal(member, step);
        }
    }

    private Payer ownPayer(MemberId member) {
        return payers.of(List.of(member)).getFirst();
    }

    private static Payer payerFor(Member member, String address) {
        return new Payer(
                PayerId.next(),
                member.person().name(),
                member.person().email(),
                address,
                member.id());
    }

    private void announce(MemberEvent event) {
        outbox.add(MemberEvents.MEMBER_TOPIC, event.getMemberId(), event);
    }

    private static AccountId account(MemberId id) {
        return new AccountId(id.value());
    }

    private static Map<String, String> detail(MemberId by, String reason, @Nullable LocalDate on) {
        var detail = new HashMap<String, String>();
        detail.put("by", by.toString());
        if (!reason.isBlank()) detail.put("reason", reason);
        if (on != null) detail.put("on", on.toString());
        return detail;
    }

    private MemberFacts facts(Member member) {
        var paying = new HashSet<PayerId>();
        for (Subscription each : sites.inForce(List.of(member.id()), today()))
            paying.add(each.payer());
        return new MemberFacts(member.id(), member.person().name(), member.state(), paying);
    }

    private SiteFacts facts(Site site) {
        return facts(site, sites.inForce(site.id(), today()).orElse(null));
    }

    private static SiteFacts facts(Site site, @Nullable Subscription subscription) {
        return new SiteFacts(
                site.id(),
                site.memberId(),
                site.name(),
                subscription == null ? null : subscription.payer(),
                subscription == null ? null : subscription.planCode());
    }
}
