package org.coopmesh.abuse.transparency;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A fact for the log.
 *
 * @param id of the fact, random; who knows it may ask for what is sealed. One entry for a kind and an id
 * @param told what everybody reads; nothing that singles out a person
 * @param sealed what the entry commits to and only who knows the id reads; ids of facts, never of persons
 */
public record LogFact(Kind kind, String id, Map<String, String> told, Map<String, String> sealed) {
    private static final int FIELDS_MAX = 8;
    private static final int TEXT_MAX = 500;
    private static final int ID_MAX = 100;

    /** What happened. */
    public enum Kind {
        DECISION_UPHELD,
        DECISION_DISMISSED,
        DECISION_REVERSED,
        BAN_IMPOSED,
        BAN_LIFTED,
        BAN_EXPIRED,
        APPEAL_LODGED,
        APPEAL_GRANTED,
        APPEAL_REFUSED,
        LOOK_UP,
        ROLE_GRANTED,
        ROLE_WITHDRAWN,
        TARIFF_CHANGED,
        PAYOUT_PAID,
        RESOLUTION_ADOPTED,
        KEY_ANNOUNCED,
        REPORT_PUBLISHED;

        /** The name in the log, {@code decision-upheld}. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public LogFact {
        told = Collections.unmodifiableMap(new TreeMap<>(told));
        sealed = Collections.unmodifiableMap(new TreeMap<>(sealed));
        if (id.isEmpty() || id.length() > ID_MAX) {
            throw new IllegalArgumentException("id: 1 to 100 characters");
        }
        for (Map<String, String> fields : List.of(told, sealed)) {
            if (fields.size() > FIELDS_MAX) {
                throw new IllegalArgumentException("an entry has 8 fields at most");
            }
            for (String text : fields.values()) {
                if (text.length() > TEXT_MAX) {
                    throw new IllegalArgumentException("a field has 500 characters at most");
                }
            }
        }
    }
}
