package org.coopmesh.membership.names;

/** The name is in a state in which this cannot be done; {@code slug} is the last part of the problem's type. */
class StepNotLegal extends RuntimeException {
    private final String slug;

    StepNotLegal(String slug, String why) {
        super(why);
        this.slug = slug;
    }

    String slug() {
        return slug;
    }
}
