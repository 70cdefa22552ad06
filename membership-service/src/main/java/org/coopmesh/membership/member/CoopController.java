package org.coopmesh.membership.member;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Shows the co-op to everyone, and lets who has the set-up code constitute it. */
@RestController
@RequestMapping("/api/coop")
class CoopController extends ProblemSpeaker {
    private final Membership membership;
    private final Path authority;

    CoopController(Membership membership, MemberSettings settings) {
        this.membership = membership;
        this.authority = settings.keysDir().resolve("ca.crt");
    }

    /** The co-op as everyone may see it; only {@code constituted} and the fingerprint are there before set-up. */
    record CoopView(
            boolean constituted,
            @Nullable String name,
            @Nullable String currency,
            @Nullable String timeZone,
            @Nullable Integer rulesVersion,
            @Nullable String rulesText,
            @Nullable String caFingerprint) {}

    @GetMapping
    CoopView show() {
        String fingerprint = fingerprint();
        return membership
                .constituted()
                .map(coop ->
                        new CoopView(
                                true,
                                coop.name(),
                                coop.currency().getCurrencyCode(),
                                coop.zone().getId(),
                                coop.rulesVersion(),
                                coop.rulesText(),
                                fingerprint))
                .orElseGet(() -> new CoopView(false, null, null, null, null, null, fingerprint));
    }

    record RulesView(int version, String text, Instant inForceAt, @Nullable String resolution) {}

    record RulesListView(List<RulesView> items) {}

    /** Every version of the rules, newest first: members agreed to one of them. */
    @GetMapping("/rules")
    @PreAuthorize("isAuthenticated()")
    RulesListView rules() {
        return new RulesListView(
                membership.rulesSoFar().stream()
                        .map(each ->
                                new RulesView(
                                        each.version(),
                                        each.text(),
                                        each.inForceAt(),
                                        each.resolution()))
                        .toList());
    }

    /** The first board member. */
    record BoardRequest(
            @NotBlank @Size(max = 200) String name,
            @NotBlank @Email @Size(max = 254) String email,
            @NotNull @Size(min = 8, max = 128) String password) {
        @Override
        public String toString() {
            return "BoardRequest";
        }
    }

    record CoopRequest(
            @NotBlank @Size(max = 200) String name,
            @NotNull @Pattern(regexp = "[A-Z]{3}") String currency,
            @NotBlank @Size(max = 64) String timeZone,
            @Nullable @Size(max = 16) List<@NotNull @Size(max = 64) String> poolsV4,
            @Nullable @Size(max = 16) List<@NotNull @Size(max = 64) String> poolsV6,
            @Nullable @Size(max = 256) List<@NotNull @Size(max = 64) String> garden,
            @NotNull @Size(max = 100_000) String rulesText,
            @NotNull @Valid BoardRequest board) {}

    record ConstitutedView(UUID memberId) {}

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    ConstitutedView constitute(
            @RequestHeader("Setup-Code") String code, @RequestBody @Valid CoopRequest request) {
        var founder = new Person(request.board().name(), request.board().email(), null);
        var member =
                membership.constitute(code, coop(request), founder, request.board().password());
        return new ConstitutedView(member.value());
    }

    record MorePools(
            @Nullable @Size(max = 16) List<@NotNull @Size(max = 64) String> poolsV4,
            @Nullable @Size(max = 16) List<@NotNull @Size(max = 64) String> poolsV6,
            @NotBlank @Size(max = 500) String reason) {}

    record PoolsView(List<String> poolsV4, List<String> poolsV6) {
        static PoolsView of(Coop coop) {
            return new PoolsView(coop.poolsV4(), coop.poolsV6());
        }
    }

    /** The pools that attachments are taken from. */
    @GetMapping("/pools")
    @PreAuthorize("hasAnyRole('network', 'board')")
    PoolsView pools() {
        return PoolsView.of(membership.coop());
    }

    /** Adds pools, to be used once those before are exhausted; none is ever taken away. */
    @PostMapping("/pools")
    @PreAuthorize("hasRole('board') and @freshProof.isGiven(authentication)")
    PoolsView addPools(@RequestBody @Valid MorePools more, Authentication caller) {
        return PoolsView.of(
                membership.addPools(
                        orEmpty(more.poolsV4()),
                        orEmpty(more.poolsV6()),
                        more.reason(),
                        new MemberId(UUID.fromString(caller.getName()))));
    }

    private static Coop coop(CoopRequest request) {
        List<String> poolsV4 = orEmpty(request.poolsV4());
        List<String> poolsV6 = orEmpty(request.poolsV6());
        Pools.check(List.of(), poolsV4, poolsV6);
        List<String> garden = orEmpty(request.garden());
        for (String each : garden) Pools.cidr(each, "garden");
        return new Coop(
                request.name(),
                currency(request.currency()),
                zone(request.timeZone()),
                poolsV4,
                poolsV6,
                garden,
                1,
                request.rulesText());
    }

    private static Currency currency(String code) {
        try {
            return Currency.getInstance(code);
        } catch (IllegalArgumentException unknown) {
            throw new Unacceptable("currency-unknown", "currency", "no such currency: " + code);
        }
    }

    private static ZoneId zone(String id) {
        try {
            return ZoneId.of(id);
        } catch (DateTimeException unknown) {
            throw new Unacceptable("time-zone-unknown", "timeZone", "no such time zone: " + id);
        }
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }

    /** SHA-256 of the CA certificate, in hexadecimal digits; null until there is a CA. */
    private @Nullable String fingerprint() {
        if (!Files.exists(authority)) return null;
        try (InputStream file = Files.newInputStream(authority)) {
            byte[] certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(file).getEncoded();
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("the CA certificate is not readable", e);
        }
    }
}
