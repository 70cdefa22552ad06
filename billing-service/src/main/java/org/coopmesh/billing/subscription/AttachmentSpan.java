package org.coopmesh.billing.subscription;

import java.time.Instant;
import java.util.UUID;

/**
 * A stretch of time in which an attachment's bytes are the site's. Both ends are whole hours, and the spans of one
 * attachment never overlap: no hour is billed twice.
 */
public record AttachmentSpan(UUID attachmentId, Instant from, Instant to) {}
