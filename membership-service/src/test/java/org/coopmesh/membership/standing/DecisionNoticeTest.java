package org.coopmesh.membership.standing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.ResourceBundle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionNoticeTest {
    @ParameterizedTest
    @ValueSource(strings = {"en", "es", "ca", "de", "fr"})
    void everyNoticeHasItsWordsAndItsLink(String language) {
        ResourceBundle words =
                ResourceBundle.getBundle(
                        "org.coopmesh.membership.standing.decisions",
                        Locale.of(language),
                        ResourceBundle.Control.getNoFallbackControl(
                                ResourceBundle.Control.FORMAT_PROPERTIES));

        for (DecisionNotice notice : DecisionNotice.values()) {
            assertThat(DecisionNotice.of(notice.tag())).isEqualTo(notice);
            assertThat(words.getString(notice.tag() + ".subject")).isNotBlank();
            assertThat(words.getString(notice.tag() + ".body"))
                    .contains("{name}", "{coop}", "\n{link}\n");
        }
        assertThat(words.keySet()).hasSize(2 * DecisionNotice.values().length);
    }
}
