/**
 * Paying by itself: what a payer chose to have invoices paid by, when it is tried, and when it gives up. Asks the providers for the
 * charges, and says which invoices the co-op collects itself. May import {@code ledger}, {@code subscription}, {@code mail},
 * {@code invoice}, {@code instalment}, {@code provider}, {@code party} and {@code directdebit}.
 */
@NullMarked
package org.coopmesh.billing.autopay;

import org.jspecify.annotations.NullMarked;
