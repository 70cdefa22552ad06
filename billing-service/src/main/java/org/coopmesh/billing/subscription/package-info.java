/**
 * Billing's copy of who pays for which site and node on which plan, with its history by date. Upstream is
 * membership-service, which states these facts on Kafka. May import {@code ledger} only.
 */
@NullMarked
package org.coopmesh.billing.subscription;

import org.jspecify.annotations.NullMarked;
