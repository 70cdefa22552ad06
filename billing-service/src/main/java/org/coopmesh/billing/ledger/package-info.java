/**
 * The book: double entry in micro-units, append-only. Every other capability writes into it; it imports none of them.
 */
@NullMarked
package org.coopmesh.billing.ledger;

import org.jspecify.annotations.NullMarked;
