package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretDigestTest {
    @Test
    void whileASecretChangesBothCount() {
        var digest = new SecretDigest();
        String kept = SecretDigest.ofEach("the new one, the old one");

        assertThat(digest.matches("the new one", kept)).isTrue();
        assertThat(digest.matches("the old one", kept)).isTrue();
        assertThat(digest.matches("the new one, the old one", kept)).isFalse();
        assertThat(digest.matches("", kept)).isFalse();
        assertThat(digest.matches(null, kept)).isFalse();
        assertThat(kept).doesNotContain("one");
    }

    @Test
    void oneSecretIsItselfAlone() {
        assertThat(SecretDigest.ofEach("only")).isEqualTo(SecretDigest.of("only"));
        assertThat(new SecretDigest().matches("other", SecretDigest.ofEach("only,"))).isFalse();
        assertThat(new SecretDigest().matches("", SecretDigest.ofEach("only,"))).isFalse();
    }
}
