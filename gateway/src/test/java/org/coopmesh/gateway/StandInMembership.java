package org.coopmesh.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * membership-service as far as the gateway knows it: an authorization server with a sign-in page, its cookie, and signed
 * tokens. As at the real one, a renewed ID token takes the place of the one before, which then is no proof any more.
 */
class StandInMembership extends StandInPart {
    private static final RSAKey KEY = key();

    /** Every token that was ever handed out. */
    final List<String> tokens = new CopyOnWriteArrayList<>();

    /** Where browsers find it. */
    volatile String issuer = "";

    volatile int accessSeconds = 300;
    volatile boolean renews = true;
    volatile boolean answersTokens = true;

    private final Map<String, String> signedIn = new ConcurrentHashMap<>();
    private final Map<String, Grant> codes = new ConcurrentHashMap<>();
    private final Map<String, Grant> refreshable = new ConcurrentHashMap<>();
    private final Set<String> idTokens = ConcurrentHashMap.newKeySet();

    private record Grant(String member, String nonce, String signIn) {}

    static UUID idOf(String member) {
        return UUID.nameUUIDFromBytes(member.getBytes(UTF_8));
    }

    /** A logout token for {@code member}: of what the cookie {@code signIn} stands for, or of all where it is null. */
    String logoutToken(String member, String signIn, String audience, RSAKey key) {
        var claims =
                claims(member, audience)
                        .claim(
                                "events",
                                Map.of(
                                        "http://schemas.openid.net/event/backchannel-logout",
                                        Map.of()));
        if (signIn != null) claims.claim("sid", signIn);
        return signed(claims.build(), key);
    }

    RSAKey ownKey() {
        return KEY;
    }

    /** By which somebody else sees what {@code member} sees. */
    String viewToken(String member) {
        return jwt(new Grant(member, "", ""), "roles", List.of("member"));
    }

    boolean isSignedIn(String member) {
        return signedIn.containsValue(member);
    }

    boolean renewsFor(String member) {
        return refreshable.values().stream().anyMatch(grant -> grant.member().equals(member));
    }

    @Override
    void reset() {
        super.reset();
        tokens.clear();
        signedIn.clear();
        refreshable.clear();
        accessSeconds = 300;
        renews = true;
        answersTokens = true;
    }

    @Override
    boolean ownAnswer(HttpExchange exchange, Asked request) throws IOException {
        switch (request.uri().getPath()) {
            case "/id/sign-in" -> signIn(exchange, request);
            case "/id/oauth2/authorize" -> authorize(exchange, request);
            case "/id/oauth2/token" -> token(exchange, request);
            case "/id/oauth2/jwks" -> json(exchange, 200, new JWKSet(KEY).toString());
            case "/id/oauth2/revoke" -> {
                refreshable.remove(form(request.body()).get("token"));
                exchange.sendResponseHeaders(200, -1);
            }
            case "/id/connect/logout" -> logout(exchange, request);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Whoever says who they are is believed. */
    private void signIn(HttpExchange exchange, Asked request) throws IOException {
        String member = form(request.body()).get("member");
        if (member == null) {
            json(exchange, 200, "{\"page\": \"sign-in\"}");
            return;
        }
        String session = UUID.randomUUID().toString();
        signedIn.put(session, member);
        exchange.getResponseHeaders()
                .add("Set-Cookie", "coopmesh-id=" + session + "; Path=/id; HttpOnly; SameSite=Lax");
        redirect(exchange, "/");
    }

    private void authorize(HttpExchange exchange, Asked request) throws IOException {
        Map<String, String> asked = form(request.uri().getRawQuery());
        String member = signedIn.getOrDefault(session(request), "");
        if (member.isEmpty()) {
            redirect(exchange, "/id/sign-in");
            return;
        }
        String code = UUID.randomUUID().toString();
        codes.put(code, new Grant(member, asked.get("nonce"), session(request)));
        redirect(
                exchange,
                UriComponentsBuilder.fromUriString(asked.get("redirect_uri"))
                        .queryParam("code", code)
                        .queryParam("state", "{state}")
                        .encode()
                        .buildAndExpand(asked.get("state"))
                        .toUriString());
    }

    private void token(HttpExchange exchange, Asked request) throws IOException {
        if (!answersTokens) {
            exchange.sendResponseHeaders(503, -1);
            return;
        }
        Map<String, String> asked = form(request.body());
        Grant grant =
                "refresh_token".equals(asked.get("grant_type"))
                        ? refreshable.get(asked.get("refresh_token"))
                        : codes.remove(asked.get("code"));
        if (grant == null || !renews && asked.containsKey("refresh_token")) {
            json(exchange, 400, "{\"error\": \"invalid_grant\"}");
            return;
        }
        String refresh = asked.getOrDefault("refresh_token", "refresh-" + UUID.randomUUID());
        refreshable.put(refresh, grant);
        String access = jwt(grant, "roles", List.of("member", grant.member()));
        String id = jwt(grant, "nonce", grant.nonce());
        idTokens.clear();
        idTokens.add(id);
        tokens.addAll(List.of(refresh, access, id));
        json(
                exchange,
                200,
                """
                {"access_token": "%s", "refresh_token": "%s", "id_token": "%s", "token_type": "Bearer",
                 "expires_in": %d, "scope": "openid profile"}
                """
                        .formatted(access, refresh, id, accessSeconds));
    }

    private void logout(HttpExchange exchange, Asked request) throws IOException {
        if (!idTokens.contains(form(request.uri().getRawQuery()).get("id_token_hint"))) {
            json(exchange, 400, "{\"error\": \"invalid_token\"}");
            return;
        }
        signedIn.remove(session(request));
        redirect(exchange, "/");
    }

    private static String session(Asked request) {
        String cookies = request.header("Cookie");
        for (String cookie : cookies == null ? new String[0] : cookies.split("; ")) {
            if (cookie.startsWith("coopmesh-id=")) {
                return cookie.substring("coopmesh-id=".length());
            }
        }
        return "";
    }

    private String jwt(Grant grant, String claim, Object value) {
        return signed(
                claims(grant.member(), "gateway")
                        .claim("name", "Ada of the " + grant.member())
                        .claim("sign_in", grant.signIn())
                        .claim(claim, value)
                        .build(),
                KEY);
    }

    private JWTClaimsSet.Builder claims(String member, String audience) {
        Instant now = Clock.systemUTC().instant();
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(audience)
                .subject(idOf(member).toString())
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(1800)));
    }

    private static String signed(JWTClaimsSet claims, RSAKey key) {
        try {
            var jwt =
                    new SignedJWT(
                            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                            claims);
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().set("Location", to);
        exchange.sendResponseHeaders(302, -1);
    }

    private static Map<String, String> form(String encoded) {
        var form = new HashMap<String, String>();
        for (String field : encoded == null ? List.<String>of() : List.of(encoded.split("&"))) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                form.put(
                        field.substring(0, equals),
                        URLDecoder.decode(field.substring(equals + 1), UTF_8));
            }
        }
        return form;
    }

    static RSAKey key() {
        try {
            return new RSAKeyGenerator(2048).keyID("test").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
