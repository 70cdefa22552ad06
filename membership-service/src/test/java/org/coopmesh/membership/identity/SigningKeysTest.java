package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

class SigningKeysTest {
    private static final Duration HALF_A_YEAR = Duration.ofDays(180);

    @TempDir Path directory;
    private Instant now = Instant.now();
    private SigningKeys one;
    private SigningKeys another;

    @BeforeEach
    void twoReplicasShareTheFolder() {
        one = new SigningKeys(directory, HALF_A_YEAR, () -> now);
        another = new SigningKeys(directory, HALF_A_YEAR, () -> now);
    }

    @Test
    void aKeyThatIsNotOldSignsOn() {
        RSAKey first = one.signs();

        passed(HALF_A_YEAR.minusMinutes(1));

        assertThat(one.signs()).isEqualTo(first);
        assertThat(told(one)).containsExactly(first);
    }

    @Test
    void theNextIsToldBeforeItSignsAndTheOneBeforeCountsForADay() {
        RSAKey first = one.signs();

        passed(HALF_A_YEAR.plusMinutes(1));
        assertThat(told(one)).hasSize(2).contains(first);
        passed(SigningKeys.LOOK_EVERY);
        assertThat(told(another)).isEqualTo(told(one));
        assertThat(one.signs()).isEqualTo(another.signs()).isEqualTo(first);

        passed(SigningKeys.TOLD_FOR);
        RSAKey second = one.signs();
        assertThat(second).isNotEqualTo(first);
        assertThat(told(one)).containsExactly(second, first);

        passed(SigningKeys.COUNTS_FOR);
        assertThat(told(one)).containsExactly(second);
        assertThat(new SigningKeys(directory, HALF_A_YEAR, () -> now).signs()).isEqualTo(second);
    }

    @Test
    void whateverReplicaSignsEveryReplicaBelievesAtEveryStep() throws Exception {
        for (int seconds = 0; seconds < 60 * 15; seconds += 3) {
            if (seconds == 60) old(SigningKey.FILE);
            for (SigningKeys signs : List.of(one, another)) {
                for (SigningKeys checks : List.of(another, one)) {
                    assertThat(told(checks)).as("after %d s", seconds).contains(signs.signs());
                }
            }
            if (seconds % 180 == 0) {
                String token = token(one.signs());
                assertThat(decoder(another).decode(token).getSubject()).isEqualTo("anna");
            }
            now = now.plusSeconds(3);
        }

        assertThat(directory.resolve("sign-in-before.jwk")).exists();
    }

    @Test
    void whatAnotherKeySignedIsNotBelieved() throws Exception {
        RSAKey stranger = SigningKey.in(Files.createDirectory(directory.resolve("elsewhere")));
        String token = token(stranger);

        assertThatThrownBy(() -> decoder(one).decode(token)).isInstanceOf(JwtException.class);
    }

    @Test
    void whatAKeySignedThatCountsNoMoreIsNotBelieved() throws Exception {
        String token = token(one.signs());
        old(SigningKey.FILE);
        passed(SigningKeys.LOOK_EVERY);
        one.signs();
        passed(SigningKeys.TOLD_FOR);
        assertThat(decoder(one).decode(token)).isNotNull();

        passed(SigningKeys.COUNTS_FOR);

        assertThatThrownBy(() -> decoder(one).decode(token)).isInstanceOf(JwtException.class);
    }

    @Test
    void everyFileIsForItsOwnerAlone() throws Exception {
        old(SigningKey.FILE);
        passed(SigningKeys.LOOK_EVERY);
        one.signs();
        passed(SigningKeys.TOLD_FOR);
        one.signs();

        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
    }

    private void passed(Duration time) {
        now = now.plus(time);
    }

    private void old(String name) throws Exception {
        Files.setLastModifiedTime(
                directory.resolve(name), FileTime.from(Instant.parse("2000-01-01T00:00:00Z")));
    }

    private static List<JWK> told(SigningKeys keys) {
        return keys.get(new JWKSelector(new JWKMatcher.Builder().build()), null);
    }

    private static NimbusJwtDecoder decoder(SigningKeys keys) {
        return NimbusJwtDecoder.withJwkSource(keys).build();
    }

    private static String token(RSAKey key) throws Exception {
        var token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                        new JWTClaimsSet.Builder()
                                .subject("anna")
                                .expirationTime(Date.from(Instant.now().plusSeconds(3_600)))
                                .build());
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }
}
