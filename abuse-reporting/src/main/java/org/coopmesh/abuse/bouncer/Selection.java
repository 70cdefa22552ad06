package org.coopmesh.abuse.bouncer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which of the decisions a firewall wants; an empty list wants them all.
 *
 * @param containing words of which a scenario has one
 * @param notContaining words of which it has none
 */
record Selection(
        boolean addresses,
        boolean ranges,
        List<String> origins,
        List<String> containing,
        List<String> notContaining) {
    static final Selection ALL = new Selection(true, true, List.of(), List.of(), List.of());

    private static final int WORDS_MAX = 50;

    Selection {
        origins = List.copyOf(origins);
        containing = List.copyOf(containing);
        notContaining = List.copyOf(notContaining);
    }

    /**
     * Reads lists that are parted by commas.
     *
     * @throws IllegalArgumentException if one has more than 50 words
     */
    static Selection of(
            @Nullable String scopes,
            @Nullable String origins,
            @Nullable String containing,
            @Nullable String notContaining) {
        List<String> wanted =
                words(scopes).stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
        return new Selection(
                wanted.isEmpty() || wanted.contains("ip"),
                wanted.isEmpty() || wanted.contains("range"),
                words(origins),
                words(containing),
                words(notContaining));
    }

    boolean isAll() {
        return equals(ALL);
    }

    static List<String> words(@Nullable String text) {
        if (text == null) {
            return List.of();
        }
        List<String> words =
                Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(w -> !w.isEmpty())
                        .toList();
        if (words.size() > WORDS_MAX) {
            throw new IllegalArgumentException("a list has at most " + WORDS_MAX + " words");
        }
        return words;
    }
}
