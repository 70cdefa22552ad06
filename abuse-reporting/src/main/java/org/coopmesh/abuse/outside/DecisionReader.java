package org.coopmesh.abuse.outside;

import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** Reads what a CrowdSec server answers to a bouncer that follows it: decisions that are new, and decisions that ended. */
final class DecisionReader {
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(10)
                                    .maxStringLength(2_000)
                                    .build())
                    .build();
    private static final Pattern PART =
            Pattern.compile("(\\d{1,12})(?:\\.\\d{0,12})?(h|ms|us|µs|ns|m|s)");

    private DecisionReader() {}

    /**
     * Reads to the end.
     *
     * @param whole whether everything was asked for
     * @throws NoList if it is no such answer, or breaks off
     */
    static Reading read(InputStream in, boolean whole) throws NoList {
        var reading = new Reading(whole);
        int read = 0;
        try (JsonParser json = JSON.createParser(in)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new NoList("no-list", "the answer is no object with new and deleted");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                boolean gone = name.equals("deleted");
                if (!gone && !name.equals("new") || value != JsonToken.START_ARRAY) {
                    json.skipChildren();
                    continue;
                }
                while (json.nextToken() == JsonToken.START_OBJECT) {
                    if (++read > ListReader.LINES_MAX) {
                        throw new NoList(
                                "too-long", "more than " + ListReader.LINES_MAX + " decisions");
                    }
                    decision(json, gone, reading);
                }
                if (json.currentToken() != JsonToken.END_ARRAY) {
                    throw new NoList("no-list", "a decision is no object");
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new NoList("failed", "the answer breaks off");
            }
        } catch (JacksonException malformed) {
            throw new NoList("failed", "the answer breaks off or is no JSON");
        }
        return reading;
    }

    private static void decision(JsonParser json, boolean gone, Reading reading) {
        String type = "";
        String scope = "";
        String value = "";
        String duration = "";
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken token = json.nextToken();
            if (token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT) {
                json.skipChildren();
                continue;
            }
            String text = json.getString();
            switch (name) {
                case "type" -> type = lower(text);
                case "scope" -> scope = lower(text);
                case "value" -> value = text == null ? "" : text;
                case "duration" -> duration = text == null ? "" : text;
                default -> {} // Not ours to know.
            }
        }
        if (!type.equals("ban")) {
            if (!gone) reading.leaveOut("not-a-ban");
            return;
        }
        if (!scope.equals("ip") && !scope.equals("range")) {
            if (!gone) reading.leaveOut("not-an-address");
            return;
        }
        try {
            Prefix prefix = Prefix.parse(value.strip());
            if (gone) {
                reading.remove(prefix);
                return;
            }
            Duration holds = duration(duration);
            if (holds.isPositive()) {
                reading.add(prefix, Optional.of(holds));
            } else {
                reading.leaveOut("over-already");
            }
        } catch (IllegalArgumentException malformed) {
            if (!gone) reading.leaveOut("malformed");
        }
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a duration as Go writes it, to the second.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Duration duration(String text) {
        boolean negative = text.startsWith("-");
        String rest = negative ? text.substring(1) : text;
        Matcher part = PART.matcher(rest);
        Duration sum = Duration.ZERO;
        int at = 0;
        while (part.find() && part.start() == at) {
            long number = Long.parseLong(part.group(1));
            sum =
                    switch (part.group(2)) {
                        case "h" -> sum.plusHours(Math.min(number, 10_000_000));
                        case "m" -> sum.plusMinutes(number);
                        case "s" -> sum.plusSeconds(number);
                        default -> sum; // Less than a second.
                    };
            at = part.end();
        }
        if (rest.isEmpty() || at != rest.length()) {
            throw new IllegalArgumentException("no duration");
        }
        return negative ? sum.negated() : sum;
    }
}
