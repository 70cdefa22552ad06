/**
 * Reminders: when a payer is told that something is open, when an invoice is called overdue, and who is let be. Says nothing of
 * what follows from being overdue. May import {@code ledger}, {@code subscription}, {@code party}, {@code mail}, {@code invoice},
 * {@code payment} and {@code reconciliation}.
 */
@NullMarked
package org.coopmesh.billing.dunning;

import org.jspecify.annotations.NullMarked;
