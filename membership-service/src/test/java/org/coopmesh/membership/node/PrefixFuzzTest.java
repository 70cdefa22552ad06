package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Whatever is typed as an address or a prefix is one, or is refused; its text says the same prefix again. */
class PrefixFuzzTest {
    @FuzzTest
    void anyTextIsAPrefixOrRefused(byte[] bytes) {
        try {
            Prefix prefix = Prefix.parse(new String(bytes, StandardCharsets.UTF_8));
            assertThat(prefix.contains(prefix)).isTrue();
            assertThat(Prefix.parse(prefix.toString())).isEqualTo(prefix);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            assertThat(refused.getCause() instanceof IOException).as("looked up").isFalse();
        }
    }
}
