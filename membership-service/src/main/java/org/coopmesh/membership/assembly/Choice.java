package org.coopmesh.membership.assembly;

/** What a ballot says. */
enum Choice {
    YES("yes"),
    NO("no"),
    ABSTAIN("abstain");

    private final String word;

    Choice(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    /**
     * The choice with this word.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Choice of(String word) {
        for (Choice each : values()) if (each.word.equals(word)) return each;
        throw new IllegalArgumentException("choice is yes, no or abstain, not " + word);
    }
}
