package org.coopmesh.abuse.evidence;

/** The vault does not do this. */
public class VaultRefused extends RuntimeException {
    private final Why why;

    /** Why not; a client switches on it. */
    public enum Why {
        /** There is no such file, or it was erased. */
        NOT_THERE("evidence-not-kept"),
        /** The moderator has no key that this file was sealed to. */
        NO_KEY("evidence-no-key"),
        /** The passphrase is not that of the key. */
        WRONG_PASSPHRASE("evidence-wrong-passphrase"),
        /** More moderators must agree first. */
        MORE_NEEDED("evidence-more-needed"),
        /** The step does not fit how things stand. */
        NOT_NOW("evidence-step-refused");

        private final String slug;

        Why(String slug) {
            this.slug = slug;
        }

        /** The last part of the problem's type. */
        public String slug() {
            return slug;
        }
    }

    VaultRefused(Why why, String message) {
        super(message);
        this.why = why;
    }

    public Why why() {
        return why;
    }
}
