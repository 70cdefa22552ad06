package org.coopmesh.abuse;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;

/**
 * What one board member does alone and much hangs on wants a proof of who somebody is that is not older than five minutes, by the claim {@code auth_time} of
 * the access token and the machine's clock. Rules of endpoints name it after the role: {@code hasRole('board') and
 * @freshProof.isGiven(authentication)}.
 */
@Component
class FreshProof {
    static final Duration AGE_MAX = Duration.ofMinutes(5);

    private final InstantSource wall = InstantSource.system();

    /**
     * True, or it throws.
     *
     * @throws ErrorResponseException 401 with the challenge of RFC 9470; nothing has happened then
     */
    public boolean isGiven(Authentication who) {
        Instant at =
                who.getPrincipal() instanceof Jwt token
                        ? token.getClaimAsInstant("auth_time")
                        : null;
        if (at == null || at.plus(AGE_MAX).isBefore(wall.instant())) throw wanted();
        return true;
    }

    private static ErrorResponseException wanted() {
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.UNAUTHORIZED, "prove once more that it is you");
        problem.setType(URI.create("https://coopmesh.org/problems/step-up-required"));
        var refused = new ErrorResponseException(HttpStatus.UNAUTHORIZED, problem, null);
        refused.getHeaders()
                .set(
                        HttpHeaders.WWW_AUTHENTICATE,
                        "Bearer error=\"insufficient_user_authentication\", max_age=\"%d\""
                                .formatted(AGE_MAX.toSeconds()));
        return refused;
    }
}
