package org.coopmesh.abuse.casework;

import java.time.Instant;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * What a case is about; the same in every state.
 *
 * @param number counts the co-op's cases, for people to speak of
 * @param address where the case is about one, as it was at {@code observedAt}
 * @param subject the member behind the address, once a look-up has told
 * @param dueAt by when the co-op wants it decided
 */
public record Matter(
        CaseId id,
        long number,
        Category category,
        @Nullable Prefix address,
        @Nullable Integer port,
        Instant observedAt,
        @Nullable MemberId subject,
        Instant openedAt,
        Instant dueAt) {}
