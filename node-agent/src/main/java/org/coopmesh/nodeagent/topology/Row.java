package org.coopmesh.nodeagent.topology;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a daemon says of one thing: keys and plain values; of a list its first value. What else is nested is left out. */
record Row(Map<String, String> values) {
    private static final int NESTING_MAX = 16;
    private static final int VALUES_MAX = 64;
    private static final int VALUE_LENGTH_MAX = 512;
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,10}");
    private static final Pattern DECIMAL =
            Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?");

    /** Takes one row. */
    interface Taker {
        void take(Row row) throws IOException;
    }

    /**
     * Reads one JSON value from {@code answer} to its end and gives {@code taker} the rows at {@code path}, one by one, so that
     * a long answer needs no more memory than a short one.
     *
     * @param path keys that lead to a list of rows, or to one row
     * @throws SourceFailed if it is not strict JSON, names a key twice, or has nothing at {@code path}
     */
    static void each(InputStream answer, List<String> path, Taker taker) throws IOException {
        JsonReader json = new JsonReader(new InputStreamReader(answer, StandardCharsets.UTF_8));
        json.setStrictness(Strictness.STRICT);
        json.setNestingLimit(NESTING_MAX);
        try {
            if (!at(json, path, taker)) {
                throw SourceFailed.malformed("has no " + String.join(".", path));
            }
        } catch (MalformedJsonException
                | EOFException
                | IllegalStateException
                | NumberFormatException wrong) {
            throw SourceFailed.malformed(String.valueOf(wrong.getMessage()));
        }
    }

    private static boolean at(JsonReader json, List<String> path, Taker taker) throws IOException {
        if (path.isEmpty()) {
            if (json.peek() == JsonToken.BEGIN_OBJECT) {
                taker.take(row(json));
                return true;
            }
            json.beginArray();
            while (json.hasNext()) taker.take(row(json));
            json.endArray();
            return true;
        }
        boolean found = false;
        json.beginObject();
        while (json.hasNext()) {
            if (!json.nextName().equals(path.getFirst())) {
                json.skipValue();
                continue;
            }
            if (found) throw SourceFailed.malformed(path.getFirst() + " is there twice");
            found = at(json, path.subList(1, path.size()), taker);
        }
        json.endObject();
        return found;
    }

    private static Row row(JsonReader json) throws IOException {
        Map<String, String> values = new HashMap<>();
        json.beginObject();
        while (json.hasNext()) {
            String key = json.nextName();
            String value;
            switch (json.peek()) {
                case STRING, NUMBER, BOOLEAN -> value = plain(json);
                case BEGIN_ARRAY -> value = first(json);
                default -> {
                    json.skipValue();
                    continue;
                }
            }
            if (key.length() > VALUE_LENGTH_MAX || value.length() > VALUE_LENGTH_MAX) {
                throw SourceFailed.malformed("endless value");
            }
            if (values.put(key, value) != null)
                throw SourceFailed.malformed(key + " is there twice");
            if (values.size() > VALUES_MAX) throw SourceFailed.malformed("endless row");
        }
        json.endObject();
        return new Row(values);
    }

    private static String plain(JsonReader json) throws IOException {
        return json.peek() == JsonToken.BOOLEAN
                ? Boolean.toString(json.nextBoolean())
                : json.nextString();
    }

    private static String first(JsonReader json) throws IOException {
        json.beginArray();
        String first = "";
        switch (json.peek()) {
            case STRING, NUMBER, BOOLEAN -> first = plain(json);
            default -> {
                // Empty, or a list of what is nested.
            }
        }
        while (json.hasNext()) json.skipValue();
        json.endArray();
        return first;
    }

    /** Empty where it is not told. */
    String text(String key) {
        return values.getOrDefault(key, "");
    }

    /** Empty where it is not told. */
    Optional<Boolean> truth(String key) throws SourceFailed {
        return switch (text(key)) {
            case "" -> Optional.empty();
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> throw SourceFailed.malformed(key + " is neither true nor false");
        };
    }

    /** Up to 2³² − 1; 0 where it is not told. */
    long whole(String key) throws SourceFailed {
        String value = text(key);
        if (value.isEmpty()) return 0;
        if (WHOLE.matcher(value).matches()) {
            long number = Long.parseLong(value);
            if (number <= 0xffff_ffffL) return number;
        }
        throw SourceFailed.malformed(key + " is not a number of 32 bits");
    }

    /** 0 where it is not told. */
    double decimal(String key) throws SourceFailed {
        String value = text(key);
        if (value.isEmpty()) return 0;
        if (DECIMAL.matcher(value).matches()) return Double.parseDouble(value);
        throw SourceFailed.malformed(key + " is not a number");
    }
}
