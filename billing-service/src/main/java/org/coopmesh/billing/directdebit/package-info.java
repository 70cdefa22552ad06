/**
 * SEPA direct debit: mandates signed by members, runs proposed by one and approved by another, the file for the bank, and what banks answer.
 * May import {@code ledger}, {@code subscription}, {@code party}, {@code mail}, {@code invoice} and
 * {@code payment}.
 */
@NullMarked
package org.coopmesh.billing.directdebit;

import org.jspecify.annotations.NullMarked;
