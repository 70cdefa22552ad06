package org.coopmesh.membership.member;

/** There is no such member, site or payer. */
public class NotFound extends RuntimeException {
    private final String noun;

    NotFound(MemberId id) {
        this("member", id);
    }

    NotFound(SiteId id) {
        this("site", id);
    }

    NotFound(PayerId id) {
        this("payer", id);
    }

    private NotFound(String noun, Object id) {
        super("no %s %s".formatted(noun, id));
        this.noun = noun;
    }

    /** What kind of thing is not there. */
    public String noun() {
        return noun;
    }
}
