/**
 * What closed months would have cost under proposed plans: the difference for each payer, and whether anybody would be better
 * off alone. Reads, never books. May import {@code ledger}, {@code subscription}, {@code metering}, {@code rating} and {@code
 * invoice}.
 */
@NullMarked
package org.coopmesh.billing.simulation;

import org.jspecify.annotations.NullMarked;
