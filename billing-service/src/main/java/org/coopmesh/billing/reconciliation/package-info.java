/**
 * What the bank says, and where each of its entries stands in the book: files read and kept, entries matched with reasons, and a report whose
 * aim is that nothing is unexplained. May import {@code ledger}, {@code subscription}, {@code costshare}, {@code invoice}, {@code payment} and
 * {@code directdebit}.
 */
@NullMarked
package org.coopmesh.billing.reconciliation;

import org.jspecify.annotations.NullMarked;
