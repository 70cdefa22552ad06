package org.coopmesh.abuse.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class KeySealTest {
    private static final UUID LIST = UUID.randomUUID();
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    private static KeySeal by(String secret) {
        return new KeySeal(
                new OutsideSettings(
                        List.of(),
                        Duration.ofSeconds(1),
                        DataSize.ofMegabytes(1),
                        Duration.ofSeconds(1),
                        secret));
    }

    @Test
    void whatWasSealedOpensByTheSameSecretForTheSameListOnly() {
        String sealed = by(SECRET).seal(LIST, "their key");

        assertThat(sealed).startsWith("sealed:").doesNotContain("their");
        assertThat(by(SECRET).open(LIST, sealed)).isEqualTo("their key");
        assertThat(by(SECRET).open(UUID.randomUUID(), sealed)).isEmpty();
        assertThat(by(SECRET + "x").open(LIST, sealed)).isEmpty();
        assertThat(by(SECRET).seal(LIST, "their key")).isNotEqualTo(sealed);
    }

    @Test
    void theLongestKeyFitsTheColumn() {
        assertThat(by(SECRET).seal(LIST, "k".repeat(200))).hasSizeLessThanOrEqualTo(400);
    }

    @Test
    void withoutASecretItStaysAsItIs() {
        assertThat(by("").seal(LIST, "their key")).isEqualTo("their key");
        assertThat(by("").open(LIST, "their key")).isEqualTo("their key");
    }

    @Test
    void whileTheSecretChangesBothOpenAndTheFirstSeals() {
        String next = "fedcba9876543210fedcba9876543210";
        KeySeal both = by(next + ", " + SECRET);
        String before = by(SECRET).seal(LIST, "their key");

        assertThat(both.open(LIST, before)).isEqualTo("their key");
        assertThat(both.isSealedByTheNewest(LIST, before)).isFalse();
        String after = both.seal(LIST, both.open(LIST, before));

        assertThat(both.isSealedByTheNewest(LIST, after)).isTrue();
        assertThat(by(next).open(LIST, after)).isEqualTo("their key");
        assertThat(by(SECRET).open(LIST, after)).isEmpty();
        assertThat(both.isSealedByTheNewest(LIST, "their key")).isFalse();
        assertThat(by("").isSealedByTheNewest(LIST, after)).isFalse();
    }

    @Test
    void aShortSecretIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> by("short"))
                .withMessageContaining("coopmesh.outside.key-secret");
        assertThatIllegalArgumentException().isThrownBy(() -> by(SECRET + ",short"));
    }
}
