package org.coopmesh.membership.member;

/** The caller may not do this, or gave the wrong set-up code. */
class NotAllowed extends RuntimeException {
    private final String slug;

    NotAllowed(String slug, String why) {
        super(why);
        this.slug = slug;
    }

    /** The last part of the problem's type. */
    String slug() {
        return slug;
    }
}
