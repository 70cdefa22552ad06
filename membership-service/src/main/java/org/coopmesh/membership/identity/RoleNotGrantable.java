package org.coopmesh.membership.identity;

/** Roles are for members only, and the co-op cannot be left without a board. */
class RoleNotGrantable extends RuntimeException {
    private final String slug;

    RoleNotGrantable(String slug, String why) {
        super(why);
        this.slug = slug;
    }

    /** The last part of the problem's type. */
    String slug() {
        return slug;
    }
}
