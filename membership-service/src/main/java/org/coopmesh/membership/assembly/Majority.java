package org.coopmesh.membership.assembly;

/** How many of those who say yes or no must say yes. Who abstains counts for the quorum alone. */
enum Majority {
    SIMPLE("simple") {
        @Override
        boolean carries(int yes, int no) {
            return yes > no;
        }
    },
    TWO_THIRDS("two-thirds") {
        @Override
        boolean carries(int yes, int no) {
            return yes > 0 && yes >= 2L * no;
        }
    };

    private final String word;

    Majority(String word) {
        this.word = word;
    }

    /** Whether so many yes and no adopt a proposal; a tie never does. */
    abstract boolean carries(int yes, int no);

    String word() {
        return word;
    }

    /**
     * The majority with this word.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Majority of(String word) {
        for (Majority each : values()) if (each.word.equals(word)) return each;
        throw new IllegalArgumentException("majority is simple or two-thirds, not " + word);
    }
}
