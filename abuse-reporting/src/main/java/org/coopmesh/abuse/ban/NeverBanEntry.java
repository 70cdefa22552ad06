package org.coopmesh.abuse.ban;

import java.time.Instant;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;

/** A range that this co-op decided never to ban. */
public record NeverBanEntry(
        UUID id, Prefix prefix, String reason, MemberId addedBy, Instant addedAt) {
    static final int REASON_LENGTH_MAX = 500;

    public NeverBanEntry {
        if (reason.isBlank() || reason.length() > REASON_LENGTH_MAX) {
            throw new IllegalArgumentException("an entry wants a reason, 500 characters at most");
        }
        if (NeverBan.tooWide(prefix)) {
            throw new IllegalArgumentException("never to ban a range so wide would end all bans");
        }
    }
}
