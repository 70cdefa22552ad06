package org.coopmesh.membership.identity;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Positive;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of sign-in.
 *
 * @param issuer the gateway's public address and the path of this service's sign-in: ends in /id
 * @param gatewayClientSecret what the gateway proves itself with; while it changes the new one and the old one, with a comma between
 * @param gatewayRedirectUri where a browser goes with its code
 * @param gatewayBackChannelUri where the gateway is told that a sign-in has ended, not through the public address
 * @param keysDir where the keys that sign tokens are kept
 */
@Validated
@ConfigurationProperties("coopmesh")
record IdentitySettings(
        URI issuer,
        @NotBlank String gatewayClientSecret,
        URI gatewayRedirectUri,
        URI gatewayBackChannelUri,
        Path keysDir,
        Identity identity) {
    IdentitySettings {
        if (issuer.getHost() == null || !"/id".equals(issuer.getPath()))
            throw new IllegalArgumentException(
                    "coopmesh.issuer must be the gateway's address followed by /id");
    }

    /** Lifetimes and limits. */
    record Identity(
            Duration accessTokenLifetime,
            Duration sessionLifetime,
            @Positive int signInFailuresPerAccount,
            @Positive int signInFailuresPerAddress,
            Duration signInWindow,
            External external) {}

    /**
     * A provider elsewhere by which people may sign in.
     *
     * @param name what people call it
     * @param issuer as OpenID Connect has it; empty: there is none. https, or on this machine
     */
    record External(String name, String issuer, String clientId, String clientSecret) {
        External {
            if (!issuer.isEmpty()) {
                URI uri = URI.create(issuer);
                boolean isHere =
                        "localhost".equals(uri.getHost()) || "127.0.0.1".equals(uri.getHost());
                if (!"https".equals(uri.getScheme()) && !isHere)
                    throw new IllegalArgumentException(
                            "coopmesh.identity.external.issuer must be an https address");
                if (name.isBlank() || clientId.isBlank() || clientSecret.isBlank())
                    throw new IllegalArgumentException(
                            "coopmesh.identity.external wants name, client-id and client-secret with an issuer");
            }
        }

        boolean isOn() {
            return !issuer.isEmpty();
        }
    }

    /** Scheme, host and port that browsers see. */
    String origin() {
        return issuer.resolve("/").toString().replaceAll("/$", "");
    }
}
