package org.coopmesh.abuse.bouncer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.coopmesh.abuse.subject.Prefix;

/** Whatever a firewall asks in its query is a selection and a prefix, or is refused. */
class LapiQueryFuzzTest {
    @FuzzTest
    void anyQueryIsReadOrRefused(byte[] bytes) {
        String[] words = new String(bytes, StandardCharsets.UTF_8).split("&", 5);
        try {
            Selection wanted = Selection.of(at(words, 0), at(words, 1), at(words, 2), at(words, 3));
            assertThat(wanted.origins()).hasSizeLessThanOrEqualTo(50).doesNotContain("");
            Prefix about = Prefix.parse(words[words.length - 1].strip());
            assertThat(Prefix.parse(about.toString())).isEqualTo(about);
            assertThat(about.contains(about)).isTrue();
        } catch (IllegalArgumentException refused) {
            assertThat(refused).isNotInstanceOf(NumberFormatException.class);
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    private static String at(String[] words, int i) {
        return i < words.length ? words[i] : null;
    }
}
