package org.coopmesh.gateway.routing;

import static org.springframework.cloud.gateway.server.mvc.filter.BeforeFilterFunctions.removeRequestHeader;
import static org.springframework.cloud.gateway.server.mvc.filter.BeforeFilterFunctions.uri;
import static org.springframework.cloud.gateway.server.mvc.filter.TokenRelayFilterFunctions.tokenRelay;
import static org.springframework.cloud.gateway.server.mvc.handler.GatewayRouterFunctions.route;
import static org.springframework.cloud.gateway.server.mvc.handler.HandlerFunctions.http;
import static org.springframework.web.servlet.function.RequestPredicates.path;

import java.net.URI;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
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
 * The route table. A path that stands in no row reaches no service. The session cookie stays here; what travels on is the
 * access token of whoever is signed in.
 */
@Configuration
class Routes {
    private static final Logger log = LoggerFactory.getLogger(Routes.class);
    private static final String IDENTITY_COOKIE = "coopmesh-id";

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
                                    "sites",
                                    "payers",
                                    "nodes",
                                    "access",
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
                                    "ledger",
                                    "treasury",
                                    "billing")),
                    new Row(
                            Part.ABUSE,
                            List.of("reports", "cases", "bans", "never-bans", "abuse")));

    @Bean
    @Order(0)
    RouterFunction<ServerResponse> services(Parts parts) {
        RouterFunction<ServerResponse> all = identity(parts);
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
                                        .filter(tokenRelay())
                                        .before(removeRequestHeader("Cookie"))
                                        .before(uri(parts.of(row.part())))
                                        .build());
            }
        }
        return all;
    }

    /** Sign-in pages and token endpoints of the authorization server; its own cookie passes, ours does not. */
    private static RouterFunction<ServerResponse> identity(Parts parts) {
        URI membership = parts.of(Part.MEMBERSHIP);
        return route("identity")
                .route(path("/id/**"), http())
                .filter(answersForMissing(Part.MEMBERSHIP))
                .before(Routes::onlyIdentityCookie)
                .before(uri(membership))
                .build();
    }

    private static ServerRequest onlyIdentityCookie(ServerRequest request) {
        var cookie = request.cookies().getFirst(IDENTITY_COOKIE);
        return ServerRequest.from(request)
                .headers(headers -> {
                    headers.remove("Cookie");
                    if (cookie != null) {
                        headers.add("Cookie", IDENTITY_COOKIE + "=" + cookie.getValue());
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
            } catch (ClientAuthorizationException ended) {
                return problem(
                        HttpStatus.UNAUTHORIZED,
                        "signed-out",
                        "Your session has ended: sign in again.");
            } catch (ResourceAccessException | java.io.IOException missing) {
                log.atWarn()
                        .addKeyValue("part", part.word())
                        .addKeyValue("cause", missing.getMessage())
                        .log("part does not answer");
                return problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "part-unavailable",
                        "The part \""
                                + part.word()
                                + "\" does not answer right now. Nothing was lost: try again.");
            }
        };
    }

    private static ServerResponse problem(HttpStatus status, String slug, String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        return ServerResponse.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
