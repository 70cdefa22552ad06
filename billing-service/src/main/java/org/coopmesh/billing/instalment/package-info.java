/**
 * Paying in parts: what is open on invoices of a payer is paid by agreed days, and while that is kept nobody is late. Says nothing of
 * what follows when it is not. May import {@code ledger}, {@code subscription}, {@code party}, {@code mail} and {@code invoice}.
 */
@NullMarked
package org.coopmesh.billing.instalment;

import org.jspecify.annotations.NullMarked;
