package org.coopmesh.membership.identity;

/** A step of a recovery that is not legal now, or not for this person. */
class RecoveryRefused extends RuntimeException {
    private final String slug;

    RecoveryRefused(String slug, String message) {
        super(message);
        this.slug = slug;
    }

    String slug() {
        return slug;
    }
}
