package org.coopmesh.abuse.transparency;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** Entries as bytes: JSON without spaces, fields in the order of their names. The same fact is the same bytes for good. */
final class EntryText {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private EntryText() {}

    /** What is published and hashed. */
    static byte[] of(LogFact fact, LocalDate day, Hash commitment) {
        var fields = new TreeMap<String, Object>();
        fields.put("commitment", commitment.hex());
        fields.put("day", day.toString());
        fields.put("kind", fact.kind().wire());
        if (!fact.told().isEmpty()) {
            fields.put("told", new TreeMap<>(fact.told()));
        }
        return JSON.writeValueAsString(fields).getBytes(StandardCharsets.UTF_8);
    }

    /** What the commitment is made of, with the id of the fact in it. */
    static String sealed(LogFact fact) {
        Map<String, String> fields = new TreeMap<>(fact.sealed());
        fields.put("fact", fact.id());
        return JSON.writeValueAsString(fields);
    }

    static Hash commitment(byte[] salt, String sealed) {
        return Hash.sha256(salt, sealed.getBytes(StandardCharsets.UTF_8));
    }
}
