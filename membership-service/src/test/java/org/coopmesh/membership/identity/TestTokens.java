package org.coopmesh.membership.identity;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/** Access tokens as the service itself would sign them, for whoever has its keys. */
public final class TestTokens {
    private static final Duration LIFETIME = Duration.ofHours(12);

    private TestTokens() {}

    public static String of(Path keysDirectory, String issuer, UUID member, String... roles)
            throws Exception {
        var key = SigningKey.in(keysDirectory);
        Instant now = Instant.now();
        var token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                        new JWTClaimsSet.Builder()
                                .issuer(issuer)
                                .subject(member.toString())
                                .claim("roles", List.of(roles))
                                .claim("auth_time", now.getEpochSecond())
                                .issueTime(Date.from(now))
                                .expirationTime(Date.from(now.plus(LIFETIME)))
                                .build());
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }
}
