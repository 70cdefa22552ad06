package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ca | CA
                    de-AT, en;q=0.5 | DE
                    pt, fr-CA;q=0.4, es;q=0.7 | ES
                    EN-gb | EN
                    """)
    void theFirstThatIsWrittenIsTaken(String header, Language expected) {
        assertThat(Language.accepted(header)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "pt", "*", ";;;", "de;q=x", "\u0000"})
    void whatSaysNothingSaysNothing(String header) {
        assertThat(Language.accepted(header)).isEmpty();
    }

    @Test
    void aHeaderOfThousandsOfLanguagesIsNotRead() {
        assertThat(Language.accepted("de,".repeat(1_000) + "de")).isEmpty();
        assertThat(Language.accepted(null)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void everyLetterIsThereInEveryLanguage(Language language) {
        var words = ReportLetters.words(language).bundle();

        assertThat(words.keySet()).isEqualTo(ReportLetters.words(Language.EN).bundle().keySet());
        for (ReportState state : ReportState.values()) {
            assertThat(words.getString("report-outcome." + state.name().toLowerCase() + ".body"))
                    .isNotBlank();
        }
    }
}
