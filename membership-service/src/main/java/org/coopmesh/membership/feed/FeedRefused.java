package org.coopmesh.membership.feed;

/** A feed is not told to this reader, or not now. */
class FeedRefused extends RuntimeException {
    /** Why, as the last part of the problem's type. */
    enum Why {
        KEY_REQUIRED,
        KEY_UNKNOWN,
        TOO_MANY_READS,
        FEED_TOO_LARGE,
        TOO_MANY_KEYS,
        KEY_NOT_FOUND
    }

    private final Why why;

    FeedRefused(Why why, String said) {
        super(said);
        this.why = why;
    }

    Why why() {
        return why;
    }
}
