/**
 * What the assembly decided about money is carried out: dues of a plan, budgets, what outages give back. May import {@code
 * ledger}, {@code subscription}, {@code rating}, {@code outage} and {@code costshare}.
 */
@NullMarked
package org.coopmesh.billing.resolution;

import org.jspecify.annotations.NullMarked;
