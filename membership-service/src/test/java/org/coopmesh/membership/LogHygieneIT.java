package org.coopmesh.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.quickstart.LogHygiene;
import org.coopmesh.quickstart.RoleMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** What people trust the co-op with is in no line of the log, whatever is asked for and however badly. */
@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(properties = "coopmesh.test.database=also-its-own")
class LogHygieneIT extends RunningService {
    private static final Logger log = LoggerFactory.getLogger(LogHygieneIT.class);

    @Test
    void nothingThatPeopleTrustUsWithIsInTheLog(CapturedOutput output) throws Exception {
        constitute();
        Map<Integer, Integer> answers = LogHygiene.ofThisService().askEverything(this::status);

        log.atInfo().addKeyValue("answers", answers).log("asked everything");
        assertThat(answers.get(2)).as("answers %s", answers).isGreaterThan(20);
        assertThat(answers.get(4)).as("answers %s", answers).isGreaterThan(500);
        assertThat(output.getAll()).contains("asked everything");
        assertThat(LogHygiene.found(output.getAll())).isEmpty();
    }

    private int status(
            RoleMatrix.Request request, boolean signedIn, Set<String> roles, boolean freshProof) {
        MockHttpServletRequestBuilder call =
                request(HttpMethod.valueOf(request.method()), URI.create(request.uri()));
        request.headers().forEach(call::header);
        if (request.body() != null) {
            call.contentType(request.contentType()).content(request.body());
        }
        if (signedIn) {
            call.with(
                    jwt().jwt(token ->
                                    token.subject(UUID.randomUUID().toString())
                                            .claim("roles", List.copyOf(roles))
                                            .claim("auth_time", Instant.now()))
                            .authorities(
                                    roles.stream()
                                            .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                            .toArray(SimpleGrantedAuthority[]::new)));
        }
        try {
            return http.perform(call).andReturn().getResponse().getStatus();
        } catch (Exception unanswered) {
            // As Tomcat does where nobody else did.
            log.error("Servlet.service() threw exception", unanswered);
            return HttpStatus.INTERNAL_SERVER_ERROR.value();
        }
    }
}
