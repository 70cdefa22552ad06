package org.coopmesh.billing.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.coopmesh.billing.party.Language;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WordingTest {
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    @ParameterizedTest
    @EnumSource
    void everyNoticeSpeaksEveryLanguageAndNamesTheSame(Notice notice) {
        TreeSet<String> english = places(Wording.standard(notice, Language.EN));

        for (Language language : Language.values()) {
            Wording words = Wording.standard(notice, language);

            assertThat(Wording.of(notice, words.subject(), words.body())).isEqualTo(words);
            assertThat(places(words)).as(language.tag()).isEqualTo(english);
        }
        assertThat(Notice.of(notice.tag())).isEqualTo(notice);
    }

    @Test
    void aValueIsTextAndNoPlace() {
        Wording words = Wording.of(Notice.RECEIPT, "From {coop}", "{name} $1 {amount}");

        Wording filled =
                words.filled(Map.of("coop", "A\r\nBcc: b@c", "name", "{amount}", "amount", "1 €"));

        assertThat(filled).isEqualTo(new Wording("From A Bcc: b@c", "{amount} $1 1 €"));
    }

    @ParameterizedTest
    @CsvSource({
        "s, {link} {nonsense}, body, place",
        "{due}x{}, {link}, subject, place",
        "s, no way to pay, body, needed",
        "'', {link}, subject, size",
        "s, '', body, size",
        "s, x\u0007{link}, body, pattern",
        "s, \u202e{link}, body, pattern"
    })
    void wordsThatCannotStandAreRefusedByFieldAndRule(
            String subject, String body, String field, String rule) {
        assertThatThrownBy(() -> Wording.of(Notice.INVOICE, subject, body))
                .isInstanceOfSatisfying(
                        MailRefused.class,
                        refused -> {
                            assertThat(refused.field()).isEqualTo(field);
                            assertThat(refused.rule()).isEqualTo(rule);
                        });
    }

    @Test
    void aSubjectIsOneLineAndNotTooLong() {
        assertThatThrownBy(() -> Wording.of(Notice.RECEIPT, "a\nBcc: b@c", "b"))
                .hasMessageContaining("one line");
        assertThatThrownBy(() -> Wording.of(Notice.RECEIPT, "a".repeat(151), "b"))
                .hasMessageContaining("150");
    }

    private static TreeSet<String> places(Wording words) {
        return PLACE.matcher(words.subject() + words.body())
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
