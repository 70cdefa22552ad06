/**
 * Money that arrived, matched to what is owed; what is too much becomes the payer's credit. May import {@code ledger},
 * {@code subscription}, {@code mail}, {@code metering}, {@code rating} and {@code invoice}.
 */
@NullMarked
package org.coopmesh.billing.payment;

import org.jspecify.annotations.NullMarked;
