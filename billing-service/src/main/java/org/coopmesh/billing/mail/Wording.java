package org.coopmesh.billing.mail;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.billing.party.Language;

/**
 * The words of a notice, with places for values in braces, such as {@code {number}}.
 *
 * @param subject one line
 * @param body lines, each ended by a line feed
 */
record Wording(String subject, String body) {
    static final int SUBJECT_MAX = 150;
    static final int BODY_MAX = 5_000;

    private static final Pattern PLACE = Pattern.compile("\\{([^{}\\n]*)}");
    private static final Pattern NO_TEXT =
            Pattern.compile("[\\p{Cc}\\p{Co}\\p{Cs}\\u202a-\\u202e\\u2066-\\u2069&&[^\\n\\t]]");

    /** What is said where the co-op has no words of its own. */
    static Wording standard(Notice notice, Language language) {
        ResourceBundle bundle =
                ResourceBundle.getBundle(
                        Wording.class.getPackageName() + ".words",
                        language.locale(),
                        ResourceBundle.Control.getNoFallbackControl(
                                ResourceBundle.Control.FORMAT_PROPERTIES));
        return new Wording(
                bundle.getString(notice.tag() + ".subject"),
                bundle.getString(notice.tag() + ".body"));
    }

    /**
     * Words of the co-op's own.
     *
     * @throws MailRefused if they name what the notice does not know, leave out what it needs, or cannot stand in a mail
     */
    static Wording of(Notice notice, String subject, String body) {
        var wording =
                new Wording(
                        subject.strip(), body.replace("\r\n", "\n").replace('\r', '\n').strip());
        length("subject", wording.subject, SUBJECT_MAX);
        length("body", wording.body, BODY_MAX);
        text("subject", wording.subject);
        text("body", wording.body);
        if (wording.subject.indexOf('\n') >= 0 || wording.subject.indexOf('\t') >= 0) {
            throw new MailRefused("subject", "oneLine", "a subject is one line");
        }
        places(notice, "subject", wording.subject);
        Set<String> named = places(notice, "body", wording.body);
        for (String needed : notice.needed()) {
            if (!named.contains(needed)) {
                throw new MailRefused(
                        "body", "needed", "{" + needed + "} is needed: without it nobody can act");
            }
        }
        return wording;
    }

    private static void length(String field, String text, int max) {
        if (text.isEmpty() || text.length() > max) {
            throw new MailRefused(field, "size", "1 to " + max + " characters");
        }
    }

    private static void text(String field, String text) {
        if (NO_TEXT.matcher(text).find()) {
            throw new MailRefused(field, "pattern", "text without control characters");
        }
    }

    private static Set<String> places(Notice notice, String field, String text) {
        var named = new LinkedHashSet<String>();
        Matcher places = PLACE.matcher(text);
        while (places.find()) {
            if (!notice.places().contains(places.group(1))) {
                throw new MailRefused(
                        field,
                        "place",
                        "{%s} is not known here; known are {%s}"
                                .formatted(places.group(1), String.join("}, {", notice.places())));
            }
            named.add(places.group(1));
        }
        return named;
    }

    /** The same with {@code values} in their places; a value is text and no place itself. */
    Wording filled(Map<String, String> values) {
        return new Wording(
                fill(subject, values).replaceAll("\\s+", " ").strip(), fill(body, values));
    }

    private static String fill(String text, Map<String, String> values) {
        return PLACE.matcher(text)
                .replaceAll(place -> {
                    String value = values.get(place.group(1));
                    return Matcher.quoteReplacement(value == null ? place.group() : value);
                });
    }
}
