package org.coopmesh.membership.assembly;

/** What the assembly decided. */
enum Outcome {
    ADOPTED("adopted"),
    REJECTED("rejected"),
    NO_QUORUM("no-quorum");

    private final String word;

    Outcome(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    static Outcome of(String word) {
        for (Outcome each : values()) if (each.word.equals(word)) return each;
        throw new IllegalArgumentException("no outcome " + word);
    }
}
