package org.coopmesh.membership.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.userdetails.User;

/**
 * What somebody at the sign-in page has proved, and when, by the wall clock.
 *
 * @param signIn which sign-in it belongs to
 */
record Proof(AccountId account, Map<Factor, Instant> factors, Optional<UUID> signIn) {
    /** Proofs, like tokens, live on the machine's clock, not on the co-op's. */
    static final InstantSource WALL = InstantSource.system();

    private static final String SIGN_IN = "SIGN_IN_";

    Proof {
        factors = Map.copyOf(factors);
    }

    /** Of whoever is signed in; empty for nobody, and for a client that proved itself with its secret. */
    static Optional<Proof> of(@Nullable Authentication authentication) {
        if (authentication == null || !authentication.isAuthenticated()) return Optional.empty();
        var factors = new EnumMap<Factor, Instant>(Factor.class);
        UUID signIn = null;
        for (GrantedAuthority authority : authentication.getAuthorities()) {
            for (Factor factor : Factor.values()) {
                if (authority instanceof FactorGrantedAuthority proved
                        && proved.getAuthority().equals(factor.authority())) {
                    factors.put(factor, proved.getIssuedAt());
                }
            }
            String word = authority.getAuthority();
            if (word != null && word.startsWith(SIGN_IN)) {
                signIn = UUID.fromString(word.substring(SIGN_IN.length()));
            }
        }
        if (factors.isEmpty()) return Optional.empty();
        var account = new AccountId(UUID.fromString(authentication.getName()));
        return Optional.of(new Proof(account, factors, Optional.ofNullable(signIn)));
    }

    /** The same with one more factor. */
    Proof with(Factor factor, Instant at) {
        var more = new EnumMap<>(factors);
        more.put(factor, at);
        return new Proof(account, more, signIn);
    }

    Proof in(UUID ofSignIn) {
        return new Proof(account, factors, Optional.of(ofSignIn));
    }

    /** Whether it is enough to be signed in by. */
    boolean isComplete(boolean needsCode) {
        return factors.containsKey(Factor.PASSKEY)
                || (factors.containsKey(Factor.PASSWORD)
                                || factors.containsKey(Factor.LINK)
                                || factors.containsKey(Factor.EXTERNAL))
                        && (!needsCode || factors.containsKey(Factor.CODE));
    }

    /** When the last of it was proved. */
    Instant at() {
        return factors.values().stream().max(Instant::compareTo).orElseThrow();
    }

    boolean isOlderThan(Duration age, Instant now) {
        return at().plus(age).isBefore(now);
    }

    Set<Factor> kinds() {
        return factors.isEmpty() ? EnumSet.noneOf(Factor.class) : EnumSet.copyOf(factors.keySet());
    }

    /** The words of claim {@code amr}. */
    List<String> words() {
        // An ArrayList, because stored tokens are read back only from types known to be safe.
        var words = new ArrayList<String>();
        kinds().forEach(factor -> words.add(factor.word()));
        return words;
    }

    /** As the session and stored tokens keep it. */
    Authentication authentication() {
        Collection<GrantedAuthority> authorities = new ArrayList<>();
        factors.forEach((factor, at) ->
                authorities.add(
                        FactorGrantedAuthority.withAuthority(factor.authority())
                                .issuedAt(at)
                                .build()));
        signIn.ifPresent(id -> authorities.add(new SimpleGrantedAuthority(SIGN_IN + id)));
        User user = new User(account.toString(), "", authorities);
        return UsernamePasswordAuthenticationToken.authenticated(user, null, authorities);
    }
}
