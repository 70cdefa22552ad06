/**
 * Plans, and what a month of membership and traffic costs under them. Rounding happens here and nowhere else before the
 * invoice. May import {@code ledger}, {@code subscription} and {@code metering}.
 */
@NullMarked
package org.coopmesh.billing.rating;

import org.jspecify.annotations.NullMarked;
