package org.coopmesh.membership.member;

import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.membership.identity.AccountId;
import org.coopmesh.membership.identity.Role;
import org.coopmesh.membership.identity.SignIn;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Takes applications, and lets the board and members themselves lead members through their states. */
@RestController
class MemberController extends ProblemSpeaker {
    private static final String OFFICE = "hasAnyRole('board', 'treasurer', 'network', 'moderator')";
    private static final String SELF = "#id.toString() == authentication.name";

    private final Membership membership;
    private final Members members;
    private final Timeline timeline;
    private final SignIn signIn;
    private final ObjectProvider<StandingLookup> standings;
    private final ObjectProvider<NodeLookup> nodes;

    MemberController(
            Membership membership,
            Members members,
            Timeline timeline,
            SignIn signIn,
            ObjectProvider<StandingLookup> standings,
            ObjectProvider<NodeLookup> nodes) {
        this.membership = membership;
        this.members = members;
        this.timeline = timeline;
        this.signIn = signIn;
        this.standings = standings;
        this.nodes = nodes;
    }

    record ApplicationSite(
            @NotBlank @Size(max = 200) String name,
            @NotBlank @Size(max = 500) String address,
            @Nullable @DecimalMin("-90") @DecimalMax("90") Double latitude,
            @Nullable @DecimalMin("-180") @DecimalMax("180") Double longitude) {}

    record ApplicationRequest(
            @NotBlank @Size(max = 200) String name,
            @NotBlank @Email @Size(max = 254) String email,
            @NotNull @Size(min = 8, max = 128) String password,
            @Nullable @Size(max = 40) String phone,
            @NotNull @Pattern(regexp = Subscription.PLAN_CODE) String planCode,
            @NotNull @Positive Integer rulesVersion,
            @NotNull @Valid ApplicationSite site) {
        @Override
        public String toString() {
            return "ApplicationRequest";
        }
    }

    record AppliedView(UUID memberId) {}

    @PostMapping("/api/applications")
    @ResponseStatus(HttpStatus.ACCEPTED)
    AppliedView apply(@RequestBody @Valid ApplicationRequest request) {
        var application =
                new Membership.Application(
                        new Person(request.name(), request.email(), request.phone()),
                        request.password(),
                        request.rulesVersion(),
                        request.planCode(),
                        request.site().name(),
                        request.site().address(),
                        SiteController.location(
                                request.site().latitude(), request.site().longitude()));
        return new AppliedView(membership.apply(application).value());
    }

    record SiteLine(UUID id, String name) {}

    record MemberLine(
            UUID id,
            String name,
            String email,
            String state,
            StandingLookup.@Nullable StandingSummary standing,
            @Nullable LocalDate joinedOn,
            UUID payerId,
            List<String> roles,
            List<String> labels,
            List<SiteLine> sites) {}

    record MembersView(List<MemberLine> items, @Nullable String next) {}

    @GetMapping("/api/members")
    @PreAuthorize(OFFICE)
    MembersView list(
            @RequestParam(required = false)
                    @Nullable
                    @Pattern(regexp = "applicant|active|paused|left|refused")
                    String state,
            @RequestParam(defaultValue = "") @Size(max = 200) String q,
            @RequestParam(defaultValue = "") @Size(max = 40) String label,
            @RequestParam(defaultValue = "") @Size(max = 40) String zone,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable @Size(max = 1_000) String after) {
        var wanted =
                state == null ? null : MemberFacts.State.valueOf(state.toUpperCase(Locale.ROOT));
        var found = members.page(wanted, q.strip(), label, zone, cursor(after), limit + 1);
        var shown = found.stream().limit(limit).toList();
        Set<MemberId> ids = shown.stream().map(Member::id).collect(Collectors.toSet());
        Map<AccountId, Set<Role>> roles =
                signIn.roles(ids.stream().map(id -> new AccountId(id.value())).toList());
        var lookup = standings.getIfAvailable();
        Map<MemberId, StandingLookup.StandingSummary> standing =
                lookup == null || ids.isEmpty() ? Map.of() : lookup.standings(ids);
        var items =
                membership.pages(shown).stream()
                        .map(page ->
                                new MemberLine(
                                        page.member().id().value(),
                                        page.member().person().name(),
                                        page.member().person().email(),
                                        Members.word(page.member().state()),
                                        standing.get(page.member().id()),
                                        joinedOn(page.member()),
                                        page.payer().id().value(),
                                        words(roles.get(account(page.member()))),
                                        page.labels(),
                                        page.sites().stream()
                                                .map(site ->
                                                        new SiteLine(
                                                                site.id().value(), site.name()))
                                                .toList()))
                        .toList();
        return new MembersView(
                items, found.size() > limit ? text(members.behind(shown.getLast().id())) : null);
    }

    record PlanView(String kind, LocalDate on, String reason) {}

    /**
     * @param claimed false while somebody who came from a file has not chosen a password
     * @param livesAt sites that others answer for
     */
    record MemberView(
            UUID id,
            String name,
            String email,
            @Nullable String phone,
            String state,
            StandingLookup.@Nullable StandingSummary standing,
            @Nullable LocalDate joinedOn,
            @Nullable LocalDate pausedFrom,
            @Nullable LocalDate leftOn,
            @Nullable String closedWhy,
            UUID payerId,
            boolean claimed,
            List<String> roles,
            List<String> labels,
            List<SiteController.SiteView> sites,
            List<UUID> livesAt,
            List<NodeLookup.NodeSummary> nodes,
            SiteController.PayerView payer,
            List<PlanView> planned) {}

    @GetMapping("/api/members/{id}")
    @PreAuthorize(OFFICE + " or " + SELF)
    MemberView show(@PathVariable UUID id) {
        return view(new MemberId(id));
    }

    @GetMapping("/api/me")
    @PreAuthorize("isAuthenticated()")
    MemberView me(Principal caller) {
        return view(caller(caller));
    }

    private MemberView view(MemberId id) {
        Membership.Page page = membership.page(id);
        Member member = page.member();
        var standingLookup = standings.getIfAvailable();
        var nodeLookup = nodes.getIfAvailable();
        return new MemberView(
                id.value(),
                member.person().name(),
                member.person().email(),
                member.person().phone(),
                Members.word(member.state()),
                standingLookup == null ? null : standingLookup.standings(Set.of(id)).get(id),
                joinedOn(member),
                member instanceof Member.Paused paused ? paused.from() : null,
                member instanceof Member.Left left ? left.leftOn() : null,
                switch (member) {
                    case Member.Left left -> left.why();
                    case Member.Refused refused -> refused.why();
                    case Member.Applicant _, Member.Active _, Member.Paused _ -> null;
                },
                page.payer().id().value(),
                signIn.isClaimed(account(member)),
                words(signIn.rolesOf(account(member))),
                page.labels(),
                SiteController.SiteView.of(page),
                page.residents().stream()
                        .filter(each -> each.member().equals(id))
                        .map(each -> each.site().value())
                        .toList(),
                nodeLookup == null ? List.of() : nodeLookup.nodesOf(id),
                SiteController.PayerView.of(page.payer()),
                membership.plansOf(id).stream()
                        .map(plan -> new PlanView(plan.kind().word(), plan.dueOn(), plan.reason()))
                        .toList());
    }

    record EntryView(Instant at, String kind, Map<String, String> detail) {}

    record TimelineView(List<EntryView> items, @Nullable String next) {}

    @GetMapping("/api/members/{id}/timeline")
    @PreAuthorize(OFFICE + " or " + SELF)
    TimelineView timeline(
            @PathVariable UUID id,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable @Positive Long after) {
        var member = new MemberId(id);
        if (members.find(member).isEmpty()) throw new NotFound(member);
        var page = timeline.page(member, after == null ? Long.MAX_VALUE : after, limit + 1);
        var shown = page.stream().limit(limit).toList();
        return new TimelineView(
                shown.stream()
                        .map(entry -> new EntryView(entry.at(), entry.kind(), entry.detail()))
                        .toList(),
                page.size() > limit ? Long.toString(shown.getLast().id()) : null);
    }

    record ApprovalRequest(@Nullable @Size(max = 500) String reason) {}

    /** What became of a step: the state now, which is the old one if the step is planned for later. */
    record StateView(UUID id, String state) {
        static StateView of(Member member) {
            return new StateView(member.id().value(), Members.word(member.state()));
        }
    }

    @PostMapping("/api/members/{id}/approve")
    @PreAuthorize("hasRole('board')")
    StateView approve(
            @PathVariable UUID id,
            @RequestBody(required = false) @Valid @Nullable ApprovalRequest request,
            Principal caller) {
        String reason = request == null || request.reason() == null ? "" : request.reason();
        return StateView.of(membership.approve(new MemberId(id), caller(caller), reason));
    }

    record ReasonRequest(@NotBlank @Size(max = 500) String reason) {}

    @PostMapping("/api/members/{id}/refuse")
    @PreAuthorize("hasRole('board')")
    StateView refuse(
            @PathVariable UUID id, @RequestBody @Valid ReasonRequest request, Principal caller) {
        return StateView.of(membership.refuse(new MemberId(id), caller(caller), request.reason()));
    }

    record PauseRequest(@Nullable LocalDate from, @NotBlank @Size(max = 500) String reason) {}

    @PostMapping("/api/members/{id}/pause")
    @PreAuthorize("hasRole('board') or " + SELF)
    StateView pause(
            @PathVariable UUID id, @RequestBody @Valid PauseRequest request, Principal caller) {
        return StateView.of(
                membership.pause(
                        new MemberId(id),
                        caller(caller),
                        orToday(request.from()),
                        request.reason()));
    }

    record ResumeRequest(@Nullable LocalDate on, @Nullable @Size(max = 500) String reason) {}

    @PostMapping("/api/members/{id}/resume")
    @PreAuthorize("hasRole('board') or " + SELF)
    StateView resume(
            @PathVariable UUID id, @RequestBody @Valid ResumeRequest request, Principal caller) {
        return StateView.of(
                membership.resume(
                        new MemberId(id),
                        caller(caller),
                        orToday(request.on()),
                        request.reason() == null ? "" : request.reason()));
    }

    record LeaveRequest(@Nullable LocalDate on, @NotBlank @Size(max = 500) String reason) {}

    @PostMapping("/api/members/{id}/leave")
    @PreAuthorize("hasRole('board') or " + SELF)
    StateView leave(
            @PathVariable UUID id, @RequestBody @Valid LeaveRequest request, Principal caller) {
        return StateView.of(
                membership.leave(
                        new MemberId(id), caller(caller), orToday(request.on()), request.reason()));
    }

    /** @param siteId one of their own; null for the one they asked for before */
    record RejoinRequest(
            @NotNull @Positive Integer rulesVersion,
            @NotNull @Pattern(regexp = Subscription.PLAN_CODE) String planCode,
            @Nullable UUID siteId) {}

    @PostMapping("/api/members/{id}/rejoin")
    @PreAuthorize("hasRole('board') or " + SELF)
    StateView rejoin(
            @PathVariable UUID id, @RequestBody @Valid RejoinRequest request, Principal caller) {
        return StateView.of(
                membership.applyAgain(
                        new MemberId(id),
                        caller(caller),
                        request.rulesVersion(),
                        request.planCode(),
                        request.siteId() == null ? null : new SiteId(request.siteId())));
    }

    private LocalDate orToday(@Nullable LocalDate date) {
        return date == null ? membership.today() : date;
    }

    private static MemberId caller(Principal caller) {
        return new MemberId(UUID.fromString(caller.getName()));
    }

    private static AccountId account(Member member) {
        return new AccountId(member.id().value());
    }

    private static List<String> words(@Nullable Set<Role> roles) {
        return roles == null ? List.of() : roles.stream().sorted().map(Role::word).toList();
    }

    private static @Nullable LocalDate joinedOn(Member member) {
        return switch (member) {
            case Member.Active active -> active.joinedOn();
            case Member.Paused paused -> paused.joinedOn();
            case Member.Left left -> left.joinedOn();
            case Member.Applicant _, Member.Refused _ -> null;
        };
    }

    private static String text(Members.Cursor cursor) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((cursor.id() + cursor.name()).getBytes(StandardCharsets.UTF_8));
    }

    private static Members.@Nullable Cursor cursor(@Nullable String text) {
        if (text == null) return null;
        try {
            String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            return new Members.Cursor(plain.substring(36), UUID.fromString(plain.substring(0, 36)));
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException malformed) {
            throw new Unacceptable("cursor-unknown", "after", "not a cursor of this list");
        }
    }
}
