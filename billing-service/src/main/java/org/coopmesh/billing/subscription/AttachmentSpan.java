package org.coopmesh.billing.subscription;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/**
 * A stretch of time in which an attachment's bytes are the site's. Both ends are whole hours, and the spans of one
 * attachment never overlap: no hour is billed twice.
 */
public record AttachmentSpan(UUID attachmentId, Instant from, Instant to) {
    /** The part of it in [{@code start}, {@code end}), in whole hours; nothing where there is none. */
    public Optional<AttachmentSpan> within(Instant start, Instant end) {
        Instant first = (from.isAfter(start) ? from : start).truncatedTo(ChronoUnit.HOURS);
        Instant last = (to.isBefore(end) ? to : end).truncatedTo(ChronoUnit.HOURS);
        return first.isBefore(last)
                ? Optional.of(new AttachmentSpan(attachmentId, first, last))
                : Optional.empty();
    }
}
