/**
 * What one payer owes for a month: bill runs, gapless numbers, due dates, and the facts that an invoice was issued, fell
 * overdue or was settled. Says "overdue since", never what follows from it. May import {@code ledger}, {@code
 * subscription}, {@code metering}, {@code rating}, {@code settlement}, {@code outage}, {@code costshare} and {@code party}.
 */
@NullMarked
package org.coopmesh.billing.invoice;

import org.jspecify.annotations.NullMarked;
