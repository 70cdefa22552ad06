package org.coopmesh.membership.node;

/** The co-op's keys that nodes rely on, and that take one another's place while nodes run. */
enum KeyKind {
    /** The certificate authority. */
    AUTHORITY("authority"),
    /** What signs the access list. */
    ACCESS_LIST("access-list");

    private final String text;

    KeyKind(String text) {
        this.text = text;
    }

    /** As it stands in paths and in the database. */
    String text() {
        return text;
    }

    /** @throws IllegalArgumentException if there is none of that name */
    static KeyKind of(String text) {
        for (KeyKind kind : values()) {
            if (kind.text.equals(text)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("kind is authority or access-list");
    }
}
