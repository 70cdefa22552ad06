package org.coopmesh.membership.standing;

import java.time.Instant;

/** A limit of spending that a payer set and that is reached, since {@code since}. */
public record SpendLimit(Kind kind, Instant since) {
    /** Which limit. */
    public enum Kind {
        /** What a month may cost. */
        CAP("spend cap reached"),
        /** What was paid ahead. */
        WALLET("wallet empty");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** The words for it, for people. */
        public String words() {
            return words;
        }
    }
}
