/**
 * Shared costs: declared with a document, validated by two members, allocated for each closed month by a policy that every
 * member can recheck. May import {@code ledger}, {@code subscription}, {@code metering}, {@code rating} and {@code
 * settlement}.
 */
@NullMarked
package org.coopmesh.billing.costshare;

import org.jspecify.annotations.NullMarked;
