package org.coopmesh.abuse.plea;

import java.time.Instant;
import org.coopmesh.abuse.ban.BanId;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who is no member asks for; the same in every state.
 *
 * @param address one address, which the ban covers
 * @param email where the answer goes; null once its time is over
 * @param text why, in their words: 1 to 5,000 characters; null once its time is over
 * @param dueAt by when the co-op wants it decided
 */
public record Petition(
        PleaId id,
        BanId ban,
        Prefix address,
        @Nullable String email,
        Language language,
        @Nullable String text,
        Instant lodgedAt,
        Instant dueAt) {
    static final int TEXT_LENGTH_MAX = 5_000;

    public Petition {
        if (!address.isAddress()) {
            throw new IllegalArgumentException("an appeal is about one address: " + address);
        }
        if (text != null && (text.isBlank() || text.length() > TEXT_LENGTH_MAX)) {
            throw new IllegalArgumentException("say why, in 5,000 characters at most");
        }
        if (!dueAt.isAfter(lodgedAt)) {
            throw new IllegalArgumentException("an appeal is due after it is lodged");
        }
    }
}
