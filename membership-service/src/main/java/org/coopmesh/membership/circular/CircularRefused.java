package org.coopmesh.membership.circular;

/** The letter is not sent; nothing has changed. */
class CircularRefused extends RuntimeException {
    private final String slug;

    CircularRefused(String slug, String why) {
        super(why);
        this.slug = slug;
    }

    /** The last part of the problem's type. */
    String slug() {
        return slug;
    }
}
