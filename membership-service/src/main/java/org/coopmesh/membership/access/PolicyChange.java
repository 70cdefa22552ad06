package org.coopmesh.membership.access;

import java.time.Instant;
import java.util.UUID;

/**
 * The policy as the board set it once.
 *
 * @param graceDays days between "overdue" and the first consequence
 */
record PolicyChange(AccessPolicy policy, int graceDays, String reason, UUID by, Instant at) {}
