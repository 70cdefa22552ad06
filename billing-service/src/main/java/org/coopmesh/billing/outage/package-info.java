/**
 * What was not delivered is given back: outages that membership stated, by the rule that the board or the assembly set, as
 * lines of the next bill. May import {@code ledger}, {@code subscription}, {@code metering}, {@code rating} and {@code
 * settlement}.
 */
@NullMarked
package org.coopmesh.billing.outage;

import org.jspecify.annotations.NullMarked;
