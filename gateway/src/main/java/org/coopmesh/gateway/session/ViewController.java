package org.coopmesh.gateway.session;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;

/**
 * Begins and ends that somebody of the board sees what a member sees. Membership-service decides, tells the member, and answers with
 * a token, which stays here.
 */
@RestController
@RequestMapping("/api/session/view")
class ViewController {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final RestClient membership;

    ViewController(@Value("${coopmesh.parts.membership}") URI membership) {
        var requests =
                new JdkClientHttpRequestFactory(
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .connectTimeout(PATIENCE)
                                .build());
        requests.setReadTimeout(PATIENCE);
        this.membership = RestClient.builder().baseUrl(membership).requestFactory(requests).build();
    }

    /** What membership-service judges; not looked into here. */
    record ViewRequest(@Nullable UUID memberId, @Nullable String reason) {}

    /** What membership-service answers. */
    record Begun(String token, Instant until) {
        @Override
        public String toString() {
            return "Begun";
        }
    }

    /** @param until by the machine's clock, as all times of sessions */
    record ViewView(Instant until) {}

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    ViewView begin(
            @RequestBody ViewRequest wanted,
            @RegisteredOAuth2AuthorizedClient(SessionSecurity.CLIENT) OAuth2AuthorizedClient client,
            HttpServletRequest request) {
        Instant now = Clock.systemUTC().instant();
        Begun begun =
                requireNonNull(
                        membership
                                .post()
                                .uri("/api/views")
                                .headers(headers ->
                                        headers.setBearerAuth(
                                                client.getAccessToken().getTokenValue()))
                                .contentType(MediaType.APPLICATION_JSON)
                                .body(wanted)
                                .retrieve()
                                .body(Begun.class));
        View.begin(request, new View(begun.token(), now, begun.until()));
        return new ViewView(begun.until());
    }

    /** Where nobody sees what another sees nothing happens. */
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void end(HttpServletRequest request) {
        View.end(request);
    }

    /** As membership-service refused it: a proof may be wanted first. */
    @ExceptionHandler
    ResponseEntity<byte[]> refused(RestClientResponseException e) {
        var answer = ResponseEntity.status(e.getStatusCode());
        HttpHeaders told = e.getResponseHeaders();
        if (told != null) {
            if (told.getContentType() != null) answer.contentType(told.getContentType());
            String wanted = told.getFirst(HttpHeaders.WWW_AUTHENTICATE);
            if (wanted != null) answer.header(HttpHeaders.WWW_AUTHENTICATE, wanted);
        }
        return answer.body(e.getResponseBodyAsByteArray());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> silent(ResourceAccessException e) {
        var problem =
                ProblemDetail.forStatusAndDetail(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "The part \"membership\" does not answer right now. Nothing was lost: try again.");
        problem.setType(URI.create("https://coopmesh.org/problems/part-unavailable"));
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
