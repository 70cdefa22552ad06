/**
 * What moderators are paid: a share of the dues that came in forms a pool, hours and closed cases draw on it by the rate card,
 * two people sign, the bank gets a file. May import {@code ledger}, {@code subscription}, {@code party} and {@code invoice}.
 */
@NullMarked
package org.coopmesh.billing.payroll;

import org.jspecify.annotations.NullMarked;
