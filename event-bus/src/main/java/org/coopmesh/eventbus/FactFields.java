package org.coopmesh.eventbus;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.UUID;
import java.util.regex.Pattern;

/** Reads the fields of a fact to the letter. What is malformed is told with its field, and becomes a dead letter. */
public final class FactFields {
    private static final Pattern ID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern NODE_ID = Pattern.compile("[0-9a-f]{64}");

    private FactFields() {}

    /**
     * Reads a UUID.
     *
     * @throws IllegalArgumentException unless {@code value} is a UUID in its canonical form
     */
    public static UUID id(String field, String value) {
        // UUID.fromString alone would take "1-1-1-1-1".
        if (!ID.matcher(value).matches()) throw malformed(field, "a UUID", value);
        return UUID.fromString(value);
    }

    /**
     * Reads the id of a node.
     *
     * @throws IllegalArgumentException unless {@code value} is 64 lower-case hexadecimal digits
     */
    public static String nodeId(String field, String value) {
        if (!NODE_ID.matcher(value).matches()) throw malformed(field, "a node id", value);
        return value;
    }

    /**
     * Reads a day in the time zone of the co-op.
     *
     * @throws IllegalArgumentException unless {@code value} is a day, YYYY-MM-DD
     */
    public static LocalDate day(String field, String value) {
        try {
            return LocalDate.parse(value);
        } catch (DateTimeParseException malformed) {
            throw malformed(field, "a day", value);
        }
    }

    private static IllegalArgumentException malformed(String field, String kind, String value) {
        String shown = value.substring(0, Math.min(value.length(), 80));
        return new IllegalArgumentException(field + " is not " + kind + ": \"" + shown + "\"");
    }
}
