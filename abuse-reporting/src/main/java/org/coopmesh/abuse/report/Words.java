package org.coopmesh.abuse.report;

import java.util.Map;
import java.util.ResourceBundle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of letters in one language, with places in braces that are filled in. */
public final class Words {
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    private final Language language;
    private final ResourceBundle bundle;

    private Words(Language language, ResourceBundle bundle) {
        this.language = language;
        this.bundle = bundle;
    }

    /**
     * Words that lie beside {@code owner}, in the file {@code name} of the language.
     *
     * @throws java.util.MissingResourceException if there is no such file
     */
    public static Words of(Class<?> owner, String name, Language language) {
        return new Words(
                language,
                ResourceBundle.getBundle(
                        owner.getPackageName() + "." + name,
                        language.locale(),
                        ResourceBundle.Control.getNoFallbackControl(
                                ResourceBundle.Control.FORMAT_PROPERTIES)));
    }

    public Language language() {
        return language;
    }

    /** All of them, for the test that no language lacks one. */
    public ResourceBundle bundle() {
        return bundle;
    }

    public String of(String key) {
        return bundle.getString(key);
    }

    /** The words with their places filled; a place without a value stays as it is. */
    public String of(String key, Map<String, String> values) {
        return PLACE.matcher(of(key))
                .replaceAll(place -> {
                    String value = values.get(place.group(1));
                    return Matcher.quoteReplacement(value == null ? place.group() : value);
                });
    }
}
