package org.coopmesh.gateway.routing;

import static org.springframework.cloud.gateway.server.mvc.filter.AfterFilterFunctions.removeResponseHeader;
import static org.springframework.cloud.gateway.server.mvc.filter.BeforeFilterFunctions.removeRequestHeader;
import static org.springframework.cloud.gateway.server.mvc.filter.BeforeFilterFunctions.uri;
import static org.springframework.cloud.gateway.server.mvc.filter.TokenRelayFilterFunctions.tokenRelay;
import static org.springframework.cloud.gateway.server.mvc.handler.GatewayRouterFunctions.route;
import static org.springframework.cloud.gateway.server.mvc.handler.HandlerFunctions.http;
import static org.springframework.web.servlet.function.RequestPredicates.GET;
import static org.springframework.web.servlet.function.RequestPredicates.POST;
import static org.springframework.web.servlet.function.RequestPredicates.method;
import static org.springframework.web.servlet.function.RequestPredicates.path;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.util.List;
import org.coopmesh.gateway.routing.BodyLimit.BodyTooLarge;
import org.coopmesh.gateway.session.SessionEnd;
import org.coopmesh.gateway.session.SignInCookie;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.cloud.gateway.server.mvc.filter.HttpHeadersFilter.RequestHttpHeadersFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The route table. A path that stands in no row reaches no service; {@code /api/session}, {@code /api/overview} and {@code /api/live} are
 * answered here. The session cookie stays here; what travels on is the access token of whoever is signed in.
 */
@Configuration
class Routes {
    private static final Logger log = LoggerFactory.getLogger(Routes.class);

    /** First path segment below /api → the service that owns it. */
    private record Row(Part part, List<String> segments) {}

    private static final List<Row> TABLE =
            List.of(
                    new Row(
                            Part.MEMBERSHIP,
                            List.of(
                                    "coop",
                                    "applications",
                                    "members",
                                    "me",
                                    "roles",
                                    "recoveries",
                                    "sites",
                                    "payers",
                                    "nodes",
                                    "feeds",
                                    "outages",
                                    "topology",
                                    "access",
                                    "names",
                                    "privacy",
                                    "assembly",
                                    "membership")),
                    new Row(
                            Part.BILLING,
                            List.of(
                                    "plans",
                                    "usage",
                                    "charges",
                                    "invoices",
                                    "bill-runs",
                                    "payments",
                                    "bill",
                                    "cost-pools",
                                    "cost-budgets",
                                    "cost-shares",
                                    "outage-credits",
                                    "money-resolutions",
                                    "settlements",
                                    "ledger",
                                    "treasury",
                                    "payroll",
                                    "bank",
                                    "direct-debit",
                                    "autopay",
                                    "billing")),
                    new Row(
                            Part.ABUSE,
                            List.of(
                                    "reports",
                                    "pleas",
                                    "cases",
                                    "hours",
                                    "bans",
                                    "never-bans",
                                    "outside-lists",
                                    "bouncers",
                                    "abuse")));

    private static final List<String> TRACES = List.of("traceparent", "tracestate", "baggage");

    @Bean
    @Order(0)
    RouterFunction<ServerResponse> services(Parts parts) {
        RouterFunction<ServerResponse> all =
                identity(parts).and(payPage(parts)).and(bouncers(parts)).and(publicLog(parts));
        for (Row row : TABLE) {
            for (String segment : row.segments()) {
                all =
                        all.and(
                                route(segment)
                                        .route(
                                                path("/api/" + segment)
                                                        .or(path("/api/" + segment + "/**")),
                                                http())
                                        .filter(answersForMissing(row.part()))
                                        .before(removeRequestHeader("Cookie"))
                                        .before(removeRequestHeader("Authorization"))
                                        .filter(tokenRelay())
                                        .before(uri(parts.of(row.part())))
                                        .after(removeResponseHeader("Set-Cookie"))
                                        .build());
            }
        }
        return all;
    }

    /** Without an offer to change to HTTP/2, which the services do not take. */
    @Bean
    ClientHttpRequestFactoryBuilder<?> calls() {
        return ClientHttpRequestFactoryBuilder.jdk()
                .withHttpClientCustomizer(client -> client.version(HttpClient.Version.HTTP_1_1));
    }

    /** What a browser says about traces would choose what is traced, and under whose number. A trace begins here. */
    @Bean
    RequestHttpHeadersFilter noTracesOfOthers() {
        return (headers, request) -> {
            var kept = new HttpHeaders();
            kept.putAll(headers);
            TRACES.forEach(kept::remove);
            return kept;
        };
    }

    /** Sign-in pages and token endpoints of the authorization server; its own cookie passes, ours does not. */
    private static RouterFunction<ServerResponse> identity(Parts parts) {
        URI membership = parts.of(Part.MEMBERSHIP);
        return route("identity")
                .route(path("/id/**"), http())
                .filter(answersForMissing(Part.MEMBERSHIP))
                .before(Routes::onlySignInCookie)
                .before(removeRequestHeader("Authorization"))
                .before(uri(membership))
                .build();
    }

    /** Pages for who holds a pay link, and where payment providers ring: nobody is signed in there, nobody's session passes. */
    private static RouterFunction<ServerResponse> payPage(Parts parts) {
        return route("pay")
                .route(
                        GET("/pay/{token}")
                                .or(POST("/pay/{token}/{provider}"))
                                .or(POST("/webhooks/{provider}")),
                        http())
                .filter(answersForMissing(Part.BILLING))
                .before(removeRequestHeader("Cookie"))
                .before(removeRequestHeader("Authorization"))
                .before(uri(parts.of(Part.BILLING)))
                .after(removeResponseHeader("Set-Cookie"))
                .build();
    }

    /** What CrowdSec's bouncers call: a firewall shows a key of its own, nobody's session or token passes. */
    private static RouterFunction<ServerResponse> bouncers(Parts parts) {
        return route("bouncers")
                .route(
                        path("/v1/decisions")
                                .or(path("/v1/decisions/stream"))
                                .and(method(HttpMethod.GET).or(method(HttpMethod.HEAD)))
                                .or(POST("/v1/usage-metrics")),
                        http())
                .filter(answersForMissing(Part.ABUSE))
                .before(removeRequestHeader("Cookie"))
                .before(removeRequestHeader("Authorization"))
                .before(uri(parts.of(Part.ABUSE)))
                .after(removeResponseHeader("Set-Cookie"))
                .build();
    }

    /** The co-op's public log: the same for everybody, so nobody's session passes. */
    private static RouterFunction<ServerResponse> publicLog(Parts parts) {
        return route("log")
                .route(GET("/log/**"), http())
                .filter(answersForMissing(Part.ABUSE))
                .before(removeRequestHeader("Cookie"))
                .before(removeRequestHeader("Authorization"))
                .before(uri(parts.of(Part.ABUSE)))
                .after(removeResponseHeader("Set-Cookie"))
                .build();
    }

    private static ServerRequest onlySignInCookie(ServerRequest request) {
        var cookie = request.cookies().getFirst(SignInCookie.NAME);
        return ServerRequest.from(request)
                .headers(headers -> {
                    headers.remove("Cookie");
                    if (cookie != null) {
                        headers.add("Cookie", SignInCookie.NAME + "=" + cookie.getValue());
                    }
                })
                .build();
    }

    /** A part that is down is named; a session whose tokens are no longer renewed has ended. */
    private static HandlerFilterFunction<ServerResponse, ServerResponse> answersForMissing(
            Part part) {
        return (request, next) -> {
            try {
                return next.handle(request);
            } catch (ClientAuthorizationException notRenewed) {
                return SessionEnd.isMeantBy(notRenewed)
                        ? problem(HttpStatus.UNAUTHORIZED, "signed-out", SessionEnd.TOLD)
                        : unavailable(Part.MEMBERSHIP, notRenewed);
            } catch (ResourceAccessException | IOException | UncheckedIOException missing) {
                return answer(part, missing);
            }
        };
    }

    private static ServerResponse answer(Part part, Exception missing) {
        for (Throwable cause = missing; cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyTooLarge tooLarge) {
                return problem(
                        HttpStatus.CONTENT_TOO_LARGE,
                        "body-too-large",
                        "A " + tooLarge.getMessage() + " is not passed on.");
            }
            if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
                return unavailable(part, missing);
            }
            if (cause instanceof HttpTimeoutException) {
                return uncertain(HttpStatus.GATEWAY_TIMEOUT, "part-too-slow", part, missing);
            }
        }
        return uncertain(HttpStatus.SERVICE_UNAVAILABLE, "part-unavailable", part, missing);
    }

    /** The call never reached the part. */
    private static ServerResponse unavailable(Part part, Exception missing) {
        log(part, missing);
        return problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "part-unavailable",
                "The part \"%s\" does not answer right now. Nothing was lost: try again."
                        .formatted(part.word()));
    }

    /** The part had taken the call. */
    private static ServerResponse uncertain(
            HttpStatus status, String slug, Part part, Exception missing) {
        log(part, missing);
        return problem(
                status,
                slug,
                "The part \"%s\" took the call but did not answer. A change may have been made: look before you try again."
                        .formatted(part.word()));
    }

    /** The words of {@code missing} would tell the address that was asked for; a pay link stands in some. */
    private static void log(Part part, Exception missing) {
        Throwable root = missing;
        while (root.getCause() != null) root = root.getCause();
        log.atWarn()
                .addKeyValue("part", part.word())
                .addKeyValue("cause", root.getClass().getSimpleName())
                .log("part does not answer");
    }

    private static ServerResponse problem(HttpStatus status, String slug, String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return ServerResponse.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
