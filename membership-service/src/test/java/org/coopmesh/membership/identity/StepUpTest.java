package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;

class StepUpTest {
    private static final AccountId ADA = new AccountId(UUID.randomUUID());
    private final HttpSessionRequestCache wanted = new HttpSessionRequestCache();
    private final MockHttpServletResponse response = new MockHttpServletResponse();

    @AfterEach
    void nobody() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void aProofThatIsOldEnoughToBeAskedForAgainIs() throws Exception {
        assertThat(asked(Factor.PASSWORD, 299, authorize("300"), false)).isNull();
        assertThat(asked(Factor.PASSWORD, 301, authorize("300"), false))
                .isEqualTo("/id/sign-in?again");
        assertThat(asked(Factor.PASSWORD, 1_000_000, authorize(null), false)).isNull();
    }

    @Test
    void noMaxAgeAsksForEver() throws Exception {
        assertThat(asked(Factor.PASSKEY, 30, authorize("0"), false)).isNull();
        assertThat(asked(Factor.PASSKEY, 61, authorize("0"), false)).isNotNull();
        assertThat(asked(Factor.PASSKEY, 61, authorize("-1; drop"), false)).isNotNull();
    }

    @Test
    void aPasswordIsNotEnoughWhereACodeIsSetUpAPasskeyIs() throws Exception {
        assertThat(asked(Factor.PASSWORD, 1, authorize(null), true)).isEqualTo("/id/sign-in/code");
        assertThat(asked(Factor.PASSKEY, 1, authorize(null), true)).isNull();
        assertThat(asked(Factor.CODE, 1, authorize(null), true))
                .as("a code alone")
                .isEqualTo("/id/sign-in/code");
    }

    @Test
    void thePageAboutProofsOpensForTenMinutesAndTakesChangesForTwenty() throws Exception {
        var page = request("GET", "/id/security");
        assertThat(asked(Factor.PASSWORD, 599, page, false)).isNull();
        assertThat(asked(Factor.PASSWORD, 601, page, false)).isEqualTo("/id/sign-in?again");
        assertThat(wanted.getRequest(page, response)).isNotNull();
        var change = request("POST", "/id/security/password");
        assertThat(asked(Factor.PASSWORD, 1_199, change, false)).isNull();
        assertThat(asked(Factor.PASSWORD, 1_201, change, false)).isEqualTo("/id/security");
        assertThat(wanted.getRequest(change, response)).isNull();
    }

    private String asked(
            Factor factor, long secondsAgo, MockHttpServletRequest request, boolean needsCode)
            throws Exception {
        Instant at = Instant.now().minus(Duration.ofSeconds(secondsAgo));
        SecurityContextHolder.getContext()
                .setAuthentication(
                        new Proof(ADA, Map.of(factor, at), Optional.empty()).authentication());
        var answer = new MockHttpServletResponse();
        new StepUp(_ -> needsCode, wanted).doFilter(request, answer, new MockFilterChain());
        return answer.getRedirectedUrl();
    }

    private static MockHttpServletRequest authorize(String maxAge) {
        MockHttpServletRequest request = request("GET", SignInConfiguration.AUTHORIZE);
        if (maxAge != null) request.setParameter("max_age", maxAge);
        return request;
    }

    private static MockHttpServletRequest request(String method, String path) {
        var request = new MockHttpServletRequest(method, path);
        request.setServletPath(path);
        return request;
    }
}
