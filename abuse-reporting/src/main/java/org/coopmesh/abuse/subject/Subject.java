package org.coopmesh.abuse.subject;

import java.time.Instant;

/** Who answered for an address at one moment. */
public record Subject(MemberId member, SiteId site, AttachmentId attachment, Instant at) {}
