/**
 * Invoices on paper: the EN 16931 XML and the PDF that carries it, in the payer's language, drawn up once after the issue
 * and kept. May import {@code ledger}, {@code subscription}, {@code party}, {@code mail}, {@code invoice},
 * {@code instalment} and {@code provider}.
 */
@NullMarked
package org.coopmesh.billing.document;

import org.jspecify.annotations.NullMarked;
