package org.coopmesh.membership.assembly;

import java.time.Instant;
import java.time.LocalDate;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * What is proposed, in the words of who proposes it; never changed once it was submitted.
 *
 * @param number counts the co-op's proposals from 1
 * @param effectFrom from when it is wished to hold; null for as soon as it is adopted
 */
record Paper(
        ProposalId id,
        int number,
        MemberId by,
        String title,
        String text,
        Change change,
        @Nullable LocalDate effectFrom,
        Instant submittedAt) {
    static final int TITLE_MAX = 200;
    static final int TEXT_MAX = 20_000;
}
