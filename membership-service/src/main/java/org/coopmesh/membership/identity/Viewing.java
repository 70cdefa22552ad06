package org.coopmesh.membership.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Hands out tokens by which one person sees what another sees. Such a token is the other's, as a plain member, names who looks in its
 * claim {@code act} (RFC 8693, section 4.1), has no time of proof, and cannot be renewed; services let it read, and not everything.
 */
@Service
public class Viewing {
    /** What the letter names, too. */
    static final Duration LENGTH = Duration.ofMinutes(15);

    /** Together with a name a notice has room for it. */
    public static final int REASON_MAX = 200;

    private final Accounts accounts;
    private final Changes changes;
    private final JwtEncoder tokens;
    private final IdentitySettings settings;

    private static final int NAME_SHOWN_MAX = 90;

    Viewing(Accounts accounts, Changes changes, JwtEncoder tokens, IdentitySettings settings) {
        this.accounts = accounts;
        this.changes = changes;
        this.tokens = tokens;
        this.settings = settings;
    }

    /**
     * What was made.
     *
     * @param until by the machine's clock, as all times of tokens
     */
    public record View(String name, String token, Instant until) {}

    /**
     * Makes a token for {@code by}, and tells the owner of {@code of} by mail that it was made and why.
     *
     * @return empty if there is no such account, or its owner may not sign in
     */
    @Transactional
    public Optional<View> begin(AccountId of, AccountId by, String reason) {
        return accounts.find(of)
                .filter(Account::open)
                .map(seen -> {
                    String name = accounts.find(by).map(Account::name).orElse("–");
                    String shown = name.substring(0, Math.min(name.length(), NAME_SHOWN_MAX));
                    changes.tell(of, Notice.VIEWED, shown + ": " + reason, List.of(seen.email()));
                    return view(seen, by);
                });
    }

    private View view(Account seen, AccountId by) {
        Instant now = Proof.WALL.instant();
        Instant until = now.plus(LENGTH);
        var claims =
                JwtClaimsSet.builder()
                        .id(UUID.randomUUID().toString())
                        .issuer(settings.issuer().toString())
                        .subject(seen.id().toString())
                        .issuedAt(now)
                        .notBefore(now)
                        .expiresAt(until)
                        .claim("name", seen.name())
                        .claim("roles", List.of(Role.MEMBER.word()))
                        .claim("act", Map.of("sub", by.toString()))
                        .build();
        String token =
                tokens.encode(
                                JwtEncoderParameters.from(
                                        JwsHeader.with(SignatureAlgorithm.RS256).build(), claims))
                        .getTokenValue();
        return new View(seen.name(), token, until);
    }
}
