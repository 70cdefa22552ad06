package org.coopmesh.membership.standing;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a treasurer said about a member's hold.
 *
 * @param until the last day of the hold; null where it was ended
 */
record HardshipWord(@Nullable LocalDate until, String reason, UUID by, Instant at) {}
