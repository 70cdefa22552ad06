package org.coopmesh.billing.settlement;

import java.util.Map;

/**
 * What an amount posted to a payer rests on, so that somebody else can reckon it again: declared facts, without names.
 *
 * @param facts as {@code tools/verify/README.md} has them
 * @param others whose facts are among them, whoever they are
 */
public record PostedGrounds(Map<String, Object> facts, int others) {
    /** With fewer others than this, a position could be as good as a name. */
    public static final int OTHERS_MIN = 20;

    public PostedGrounds {
        facts = Map.copyOf(facts);
    }

    /** Whether a member may have them: they say of nobody more than that there is somebody. */
    public boolean hideWhoIsWho() {
        return others == 0 || others >= OTHERS_MIN;
    }
}
