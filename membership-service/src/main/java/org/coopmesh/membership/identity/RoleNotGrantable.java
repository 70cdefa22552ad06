package org.coopmesh.membership.identity;

/** Roles are for members only, and the co-op cannot be left without a board. */
public class RoleNotGrantable extends RuntimeException {
    private final String slug;

    RoleNotGrantable(String slug, String why) {
        super(why);
        this.slug = slug;
    }

    /** The last part of the problem's type. */
    public String slug() {
        return slug;
    }
}
