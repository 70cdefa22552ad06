package org.coopmesh.billing.metering;

import java.util.UUID;

/** Where a site hangs on a node: the thing whose bytes are counted. */
public record AttachmentId(UUID value) {}
