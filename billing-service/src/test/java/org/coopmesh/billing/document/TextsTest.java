package org.coopmesh.billing.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.coopmesh.billing.party.Language;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextsTest {
    private static final Pattern PLACE = Pattern.compile("\\{[0-9]}");

    @ParameterizedTest
    @EnumSource
    void everyLanguageSaysEverything(Language language) throws IOException {
        TreeMap<String, String> english = texts(Language.EN);
        TreeMap<String, String> theirs = texts(language);

        assertThat(theirs.keySet()).isEqualTo(english.keySet());
        assertThat(theirs)
                .allSatisfy((key, text) -> {
                    assertThat(places(text)).as(key).isEqualTo(places(english.get(key)));
                    assertThat(text).as(key).isNotBlank().doesNotContain("'");
                });
    }

    private static java.util.Set<String> places(String text) {
        return PLACE.matcher(text)
                .results()
                .map(MatchResult::group)
                .collect(java.util.stream.Collectors.toCollection(java.util.TreeSet::new));
    }

    private static TreeMap<String, String> texts(Language language) throws IOException {
        var properties = new Properties();
        try (InputStream file =
                Texts.class.getResourceAsStream("texts_" + language.tag() + ".properties")) {
            properties.load(new InputStreamReader(file, StandardCharsets.UTF_8));
        }
        var texts = new TreeMap<String, String>();
        properties.forEach((key, text) -> texts.put(key.toString(), text.toString()));
        return texts;
    }
}
