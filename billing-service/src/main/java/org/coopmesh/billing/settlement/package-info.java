/**
 * Money between members: who carries more than they use is paid by who uses more than they carry, and carriage at a price.
 * What one pays another receives, to the last unit. May import {@code ledger}, {@code subscription}, {@code metering} and
 * {@code rating}.
 */
@NullMarked
package org.coopmesh.billing.settlement;

import org.jspecify.annotations.NullMarked;
