package org.coopmesh.abuse.appeal;

import java.util.Locale;

/** The names of an appeal's states, as lists are asked for them. */
enum AppealState {
    LODGED,
    GRANTED,
    REFUSED;

    static AppealState of(Appeal appeal) {
        return switch (appeal) {
            case Appeal.Lodged l -> LODGED;
            case Appeal.Granted g -> GRANTED;
            case Appeal.Refused r -> REFUSED;
        };
    }

    /** The name on the wire and in the database. */
    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if there is no such state */
    static AppealState parse(String text) {
        for (AppealState state : values()) {
            if (state.wire().equals(text)) {
                return state;
            }
        }
        throw new IllegalArgumentException("state is lodged, granted or refused");
    }
}
