package org.coopmesh.membership.identity;

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
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A provider of OpenID Connect at which whoever comes is who the test says. */
final class ProviderElsewhere {
    static final String CLIENT = "the co-op";
    static final String SECRET = "a secret & more";

    volatile String subject = "";
    volatile Instant provedAt = Instant.EPOCH;
    volatile Consumer<JWTClaimsSet.Builder> forged = claims -> {};
    volatile RSAKey signs;
    volatile boolean isSilent;

    private final HttpServer server;
    private final RSAKey key;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();

    ProviderElsewhere() {
        try {
            key = new RSAKeyGenerator(2048).keyID("elsewhere").generate();
            signs = key;
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void behaves() {
        subject = "someone";
        provedAt = Instant.now();
        forged = claims -> {};
        signs = key;
        isSilent = false;
    }

    /** Somebody arrives at {@code authorize}, says who they are, and is sent back to where this leads. */
    URI arrive(URI authorize) {
        Map<String, String> asked = form(authorize.getRawQuery());
        String code = UUID.randomUUID().toString();
        codes.put(code, asked);
        return URI.create(
                asked.get("redirect_uri") + "?code=" + code + "&state=" + asked.get("state"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (isSilent) {
            exchange.sendResponseHeaders(503, -1);
        } else if (path.equals("/.well-known/openid-configuration")) {
            json(
                    exchange,
                    200,
                    """
                    {"issuer": "%1$s", "authorization_endpoint": "%1$s/authorize", "token_endpoint": "%1$s/token",
                     "jwks_uri": "%1$s/jwks", "subject_types_supported": ["public"], "response_types_supported": ["code"],
                     "id_token_signing_alg_values_supported": ["RS256"]}
                    """
                            .formatted(issuer()));
        } else if (path.equals("/jwks")) {
            json(exchange, 200, new JWKSet(key).toString());
        } else if (path.equals("/token")) {
            token(exchange);
        } else {
            exchange.sendResponseHeaders(404, -1);
        }
        exchange.close();
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> sent =
                form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Map<String, String> asked = codes.remove(sent.getOrDefault("code", ""));
        if (asked == null
                || !knows(exchange.getRequestHeaders().getFirst("Authorization"))
                || !asked.get("code_challenge").equals(digest(sent.get("code_verifier")))) {
            json(exchange, 400, "{\"error\": \"invalid_grant\"}");
            return;
        }
        Instant now = Instant.now();
        var claims =
                new JWTClaimsSet.Builder()
                        .issuer(issuer())
                        .audience(CLIENT)
                        .subject(subject)
                        .claim("nonce", asked.get("nonce"))
                        .claim("email", "board@example.org")
                        .claim("auth_time", provedAt.getEpochSecond())
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(Duration.ofMinutes(5))));
        forged.accept(claims);
        try {
            var token =
                    new SignedJWT(
                            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("elsewhere").build(),
                            claims.build());
            token.sign(new RSASSASigner(signs));
            json(
                    exchange,
                    200,
                    """
                    {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": "%s"}
                    """
                            .formatted(token.serialize()));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** RFC 6749, 2.3.1: both are encoded as form fields first. */
    private static boolean knows(String authorization) {
        if (authorization == null || !authorization.startsWith("Basic ")) return false;
        String[] both =
                new String(
                                Base64.getDecoder().decode(authorization.substring(6)),
                                StandardCharsets.UTF_8)
                        .split(":");
        return URLDecoder.decode(both[0], StandardCharsets.UTF_8).equals(CLIENT)
                && URLDecoder.decode(both[1], StandardCharsets.UTF_8).equals(SECRET);
    }

    private static String digest(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> form(String encoded) {
        var form = new HashMap<String, String>();
        for (String field : encoded.split("&")) {
            int equals = field.indexOf('=');
            form.put(
                    field.substring(0, equals),
                    URLDecoder.decode(field.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return form;
    }

    private static void json(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
