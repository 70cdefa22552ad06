package org.coopmesh.abuse.casework;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;

/** What a moderator wrote down about a case; never changed, never removed. */
public record CaseNote(MemberId moderator, String text, Instant at) {
    static final int LENGTH_MAX = 5_000;

    public CaseNote {
        if (text.isBlank() || text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException("a note has 1 to 5,000 characters");
        }
    }
}
