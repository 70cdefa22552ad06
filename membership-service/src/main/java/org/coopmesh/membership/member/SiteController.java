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
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Connects sites, and says who pays for them on which plan. */
@RestController
class SiteController extends ProblemSpeaker {
    private final Membership membership;
    private final Payers payers;

    SiteController(Membership membership, Payers payers) {
        this.membership = membership;
        this.payers = payers;
    }

    /**
     * A site as its members and the office see it.
     *
     * @param publicSince since when it may be on public maps; null if it may not
     * @param residents members who live there besides the one who answers for it
     */
    record SiteView(
            UUID id,
            UUID memberId,
            String name,
            String address,
            @Nullable Double latitude,
            @Nullable Double longitude,
            @Nullable String zone,
            @Nullable UUID payerId,
            @Nullable String planCode,
            @Nullable LocalDate effectiveOn,
            @Nullable Instant publicSince,
            List<UUID> residents) {
        static List<SiteView> of(Membership.Page page) {
            return page.sites().stream()
                    .map(site -> of(site, page.subscriptions(), page.residents()))
                    .toList();
        }

        private static SiteView of(
                Site site, List<Subscription> subscriptions, List<Sites.Resident> residents) {
            Subscription subscription = null;
            for (Subscription each : subscriptions)
                if (each.site().equals(site.id())) subscription = each;
            Site.Location location = site.location();
            return new SiteView(
                    site.id().value(),
                    site.memberId().value(),
                    site.name(),
                    site.address(),
                    location == null ? null : location.latitude(),
                    location == null ? null : location.longitude(),
                    site.zone(),
                    subscription == null ? null : subscription.payer().value(),
                    subscription == null ? null : subscription.planCode(),
                    subscription == null ? null : subscription.effectiveOn(),
                    site.publicSince(),
                    residents.stream()
                            .filter(each -> each.site().equals(site.id()))
                            .map(each -> each.member().value())
                            .toList());
        }
    }

    record SitesView(List<SiteView> items, @Nullable String next) {}

    @GetMapping("/api/sites")
    @PreAuthorize(
            "hasAnyRole('board', 'treasurer', 'network', 'moderator') or #memberId.toString() == authentication.name")
    SitesView list(@RequestParam UUID memberId) {
        var page = membership.page(new MemberId(memberId));
        return new SitesView(SiteView.of(page), null);
    }

    record SiteRequest(
            @NotNull UUID memberId,
            @NotBlank @Size(max = 200) String name,
            @NotBlank @Size(max = 500) String address,
            @Nullable @DecimalMin("-90") @DecimalMax("90") Double latitude,
            @Nullable @DecimalMin("-180") @DecimalMax("180") Double longitude,
            @Nullable UUID payerId,
            @NotNull @Pattern(regexp = Subscription.PLAN_CODE) String planCode) {}

    /** The board for everyone; members for themselves, as long as they pay themselves. */
    @PostMapping("/api/sites")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize(
            "hasRole('board') or hasRole('member') and #request.memberId().toString() == authentication.name")
    SiteView add(@RequestBody @Valid SiteRequest request, Authentication caller) {
        var payer = request.payerId() == null ? null : new PayerId(request.payerId());
        mayUse(payer, caller);
        Site site =
                membership.addSite(
                        new MemberId(request.memberId()),
                        request.name(),
                        request.address(),
                        location(request.latitude(), request.longitude()),
                        payer,
                        request.planCode(),
                        membership.today(),
                        id(caller));
        return view(site.id(), site.memberId());
    }

    record SubscriptionRequest(
            @NotNull UUID payerId,
            @NotNull @Pattern(regexp = Subscription.PLAN_CODE) String planCode,
            @NotNull LocalDate effectiveOn) {}

    /** Board and treasurer for every site; members for their own, with a payer that is theirs or pays for them already. */
    @PutMapping("/api/sites/{id}/subscription")
    @PreAuthorize("hasAnyRole('board', 'treasurer', 'member')")
    SiteView subscribe(
            @PathVariable UUID id,
            @RequestBody @Valid SubscriptionRequest request,
            Authentication caller) {
        var site = new SiteId(id);
        SiteFacts facts = membership.site(site).orElseThrow(() -> new NotFound(site));
        if (!office(caller) && !facts.memberId().equals(id(caller)))
            throw new NotAllowed("not-allowed", "this is another member's site");
        var payer = new PayerId(request.payerId());
        mayUse(payer, caller);
        membership.subscribe(site, payer, request.planCode(), request.effectiveOn(), id(caller));
        return view(site, facts.memberId());
    }

    /** Either {@code siteId}, or a new place by name and address. */
    record MoveRequest(
            @NotNull LocalDate on,
            @Nullable UUID siteId,
            @Nullable @Size(max = 200) String name,
            @Nullable @Size(max = 500) String address,
            @Nullable @DecimalMin("-90") @DecimalMax("90") Double latitude,
            @Nullable @DecimalMin("-180") @DecimalMax("180") Double longitude) {
        Membership.Destination destination() {
            if (siteId != null) return new Membership.Destination.OwnSite(new SiteId(siteId));
            return new Membership.Destination.NewPlace(
                    given("name", name), given("address", address), location(latitude, longitude));
        }

        private static String given(String field, @Nullable String text) {
            if (text == null || text.isBlank())
                throw new Unacceptable("required", field, "is missing, and so is siteId");
            return text;
        }
    }

    /** Moves a connection to another place from a day on; the board any, members their own. */
    @PostMapping("/api/sites/{id}/move")
    @PreAuthorize("hasAnyRole('board', 'member')")
    SiteView move(
            @PathVariable UUID id, @RequestBody @Valid MoveRequest request, Authentication caller) {
        var site = new SiteId(id);
        SiteFacts facts = membership.site(site).orElseThrow(() -> new NotFound(site));
        if (!has(caller, "board") && !facts.memberId().equals(id(caller)))
            throw new NotAllowed("not-allowed", "this is another member's site");
        Site target = membership.move(site, request.destination(), request.on(), id(caller));
        return view(target.id(), target.memberId());
    }

    /** Says that a member lives at a site that another answers for. */
    @PutMapping("/api/sites/{id}/residents/{memberId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('board')")
    void movesIn(@PathVariable UUID id, @PathVariable UUID memberId, Authentication caller) {
        membership.movesIn(new SiteId(id), new MemberId(memberId), id(caller));
    }

    /** Says that a member does not live there any more; the board of anyone, members of themselves. */
    @DeleteMapping("/api/sites/{id}/residents/{memberId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('board') or #memberId.toString() == authentication.name")
    void movesOut(@PathVariable UUID id, @PathVariable UUID memberId, Authentication caller) {
        membership.movesOut(new SiteId(id), new MemberId(memberId), id(caller));
    }

    /** Both null for nobody knows. */
    record LocationRequest(
            @Nullable @DecimalMin("-90") @DecimalMax("90") Double latitude,
            @Nullable @DecimalMin("-180") @DecimalMax("180") Double longitude) {}

    /** Where a site is, for maps; board and network say it of any, members of their own. */
    @PutMapping("/api/sites/{id}/location")
    @PreAuthorize("hasAnyRole('board', 'network', 'member')")
    SiteView locate(
            @PathVariable UUID id,
            @RequestBody @Valid LocationRequest request,
            Authentication caller) {
        var site = new SiteId(id);
        SiteFacts facts = membership.site(site).orElseThrow(() -> new NotFound(site));
        if (!has(caller, "board")
                && !has(caller, "network")
                && !facts.memberId().equals(id(caller)))
            throw new NotAllowed("not-allowed", "this is another member's site");
        membership.locate(site, location(request.latitude(), request.longitude()));
        return view(site, facts.memberId());
    }

    record PublicRequest(@NotNull Boolean open) {}

    /** Whether a site may be on public maps. Nobody consents for another: only the member who answers for it. */
    @PutMapping("/api/sites/{id}/public")
    @PreAuthorize("isAuthenticated()")
    SiteView openToMaps(
            @PathVariable UUID id,
            @RequestBody @Valid PublicRequest request,
            Authentication caller) {
        var site = new SiteId(id);
        SiteFacts facts = membership.site(site).orElseThrow(() -> new NotFound(site));
        if (!facts.memberId().equals(id(caller)))
            throw new NotAllowed("not-allowed", "this is another member's site");
        membership.openToMaps(site, request.open());
        return view(site, facts.memberId());
    }

    /** @param zone null for none */
    record ZoneRequest(@Nullable @Pattern(regexp = Labels.WORD) String zone) {}

    @PutMapping("/api/sites/{id}/zone")
    @PreAuthorize("hasAnyRole('board', 'network')")
    SiteView zone(@PathVariable UUID id, @RequestBody @Valid ZoneRequest request) {
        Site site = membership.zone(new SiteId(id), request.zone());
        return view(site.id(), site.memberId());
    }

    private SiteView view(SiteId site, MemberId member) {
        var page = membership.page(member);
        return SiteView.of(page).stream()
                .filter(each -> each.id().equals(site.value()))
                .findFirst()
                .orElseThrow(() -> new NotFound(site));
    }

    record PayerRequest(
            @NotBlank @Size(max = 200) String name,
            @NotBlank @Email @Size(max = 254) String email,
            @NotNull @Size(max = 500) String address) {}

    record PayerView(UUID id, String name, String email, String address, @Nullable UUID memberId) {
        static PayerView of(Payer payer) {
            return new PayerView(
                    payer.id().value(),
                    payer.name(),
                    payer.email(),
                    payer.address(),
                    payer.memberId() == null ? null : payer.memberId().value());
        }
    }

    record PayersView(List<PayerView> items, @Nullable String next) {}

    @PostMapping("/api/payers")
    @ResponseStatus(HttpStatus.CREATED)
    @PreAuthorize("hasAnyRole('board', 'treasurer')")
    PayerView addPayer(@RequestBody @Valid PayerRequest request) {
        return PayerView.of(
                membership.addPayer(request.name(), request.email(), request.address()));
    }

    @GetMapping("/api/payers")
    @PreAuthorize("hasAnyRole('board', 'treasurer')")
    PayersView payers(
            @RequestParam(defaultValue = "") @Size(max = 200) String q,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable UUID after) {
        var page = payers.page(q.strip(), after == null ? null : new PayerId(after), limit + 1);
        var shown = page.stream().limit(limit).map(PayerView::of).toList();
        return new PayersView(shown, page.size() > limit ? shown.getLast().id().toString() : null);
    }

    @GetMapping("/api/payers/{id}")
    @PreAuthorize("isAuthenticated()")
    PayerView payer(@PathVariable UUID id, Authentication caller) {
        var payer = new PayerId(id);
        if (!office(caller) && !membership.mayShow(payer, id(caller)))
            throw new NotAllowed("not-allowed", "this is not your payer");
        return PayerView.of(payers.find(payer).orElseThrow(() -> new NotFound(payer)));
    }

    /** A location is given whole or not at all. */
    static Site.@Nullable Location location(@Nullable Double latitude, @Nullable Double longitude) {
        if (latitude == null && longitude == null) return null;
        if (latitude == null || longitude == null)
            throw new Unacceptable(
                    "location-incomplete",
                    latitude == null ? "latitude" : "longitude",
                    "latitude and longitude belong together");
        return new Site.Location(latitude, longitude);
    }

    private void mayUse(@Nullable PayerId payer, Authentication caller) {
        if (payer != null && !office(caller) && !membership.mayShow(payer, id(caller)))
            throw new NotAllowed("not-allowed", "this payer is not yours to charge");
    }

    private static boolean office(Authentication caller) {
        return has(caller, "board") || has(caller, "treasurer");
    }

    private static boolean has(Authentication caller, String role) {
        return caller.getAuthorities().stream()
                .anyMatch(authority -> ("ROLE_" + role).equals(authority.getAuthority()));
    }

    private static MemberId id(Authentication caller) {
        return new MemberId(UUID.fromString(caller.getName()));
    }
}
