/**
 * Who stands on an invoice: the co-op as its seller, and each payer's name and address as they were given for it. Keeps
 * what was said before, so that a document can be drawn up as of the day on which it was issued. May import {@code ledger}
 * and {@code subscription}.
 */
@NullMarked
package org.coopmesh.billing.party;

import org.jspecify.annotations.NullMarked;
