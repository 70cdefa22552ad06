package org.coopmesh.abuse.evidence;

import java.time.Instant;
import java.util.UUID;

/**
 * A file is gone, in the transaction that this is told in.
 *
 * @param sha256 64 hexadecimal digits over what it was
 */
public record EvidenceErased(UUID file, String sha256, String rule, Instant at) {}
