package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sign-in pages say the same in every language. */
class SignInTextsTest {
    private static final Pattern ARGUMENT = Pattern.compile("\\{\\d}");

    @ParameterizedTest
    @EnumSource(names = "EN", mode = EnumSource.Mode.EXCLUDE)
    void everyTextIsThereWithItsArguments(Language language) throws Exception {
        Properties source = texts("/messages.properties");
        Properties said = texts("/messages_" + language.tag() + ".properties");

        assertThat(new TreeSet<>(said.stringPropertyNames()))
                .isEqualTo(new TreeSet<>(source.stringPropertyNames()));
        for (String key : source.stringPropertyNames()) {
            String text = said.getProperty(key);
            assertThat(text).as(key).isNotBlank();
            assertThat(arguments(text)).as(key).isEqualTo(arguments(source.getProperty(key)));
            // A straight apostrophe would quote what follows it.
            assertThat(new MessageFormat(text, language.locale()).toPattern())
                    .as(key)
                    .isEqualTo(text);
        }
    }

    private static Set<String> arguments(String text) {
        var found = new TreeSet<String>();
        ARGUMENT.matcher(text).results().forEach(each -> found.add(each.group()));
        return found;
    }

    private static Properties texts(String resource) throws Exception {
        var texts = new Properties();
        try (Reader reader =
                new InputStreamReader(
                        SignInTextsTest.class.getResourceAsStream(resource),
                        StandardCharsets.UTF_8)) {
            texts.load(reader);
        }
        return texts;
    }
}
