package org.coopmesh.membership.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/**
 * Tells the gateway that a sign-in has ended, so that the browser's session ends with it: OpenID Connect Back-Channel Logout
 * 1.0. A gateway that cannot be told asks for a new token after five minutes at the latest, and gets none.
 */
@Component
class BackChannel {
    private static final Logger log = LoggerFactory.getLogger(BackChannel.class);
    private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int ATTEMPTS_MAX = 3;
    private static final Duration TOKEN_AGE_MAX = Duration.ofMinutes(2);

    private final IdentitySettings settings;
    private final SigningKeys keys;
    private final RestClient gateway;

    BackChannel(IdentitySettings settings, SigningKeys signingKeys) {
        this.settings = settings;
        this.keys = signingKeys;
        var requests =
                new JdkClientHttpRequestFactory(
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .connectTimeout(PATIENCE)
                                .build());
        requests.setReadTimeout(PATIENCE);
        this.gateway = RestClient.builder().requestFactory(requests).build();
    }

    /** Whoever ends it does not wait for the gateway. */
    @TransactionalEventListener(fallbackExecution = true)
    void tell(SignInsEnded ended) {
        Thread.ofVirtual().name("back-channel").start(() -> send(ended));
    }

    private void send(SignInsEnded ended) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            try {
                var form = new LinkedMultiValueMap<String, String>();
                form.add("logout_token", token(ended));
                gateway.post()
                        .uri(settings.gatewayBackChannelUri())
                        .contentType(MediaType.APPLICATION_FORM_URLENCODED)
                        .body(form)
                        .retrieve()
                        .toBodilessEntity();
                return;
            } catch (RestClientException e) {
                log.atWarn()
                        .addKeyValue("attempt", attempt)
                        .addKeyValue("cause", e.getMessage())
                        .log("gateway not told of an ended sign-in");
            }
        }
    }

    private String token(SignInsEnded ended) {
        Instant now = Proof.WALL.instant();
        var claims =
                new JWTClaimsSet.Builder()
                        .issuer(settings.issuer().toString())
                        .audience(SignInConfiguration.CLIENT)
                        .subject(ended.account().toString())
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(TOKEN_AGE_MAX)))
                        .jwtID(UUID.randomUUID().toString())
                        .claim("events", Map.of(EVENT, Map.of()));
        if (ended.signIn() != null) claims.claim("sid", ended.signIn().toString());
        RSAKey key = keys.signs();
        var header =
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .type(new JOSEObjectType("logout+jwt"))
                        .keyID(key.getKeyID())
                        .build();
        try {
            var token = new SignedJWT(header, claims.build());
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("no signature by the key of sign-in", e);
        }
    }
}
