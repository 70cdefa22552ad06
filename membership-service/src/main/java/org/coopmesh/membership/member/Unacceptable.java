package org.coopmesh.membership.member;

/** Well-formed, but it cannot be: a date in the past, rules nobody agreed to, pools that overlap. */
class Unacceptable extends RuntimeException {
    private final String slug;
    private final String field;

    Unacceptable(String slug, String field, String why) {
        super(why);
        this.slug = slug;
        this.field = field;
    }

    /** The last part of the problem's type. */
    String slug() {
        return slug;
    }

    /** What in the request cannot be. */
    String field() {
        return field;
    }
}
