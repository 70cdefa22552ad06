/**
 * Payment providers behind one port: an invoice is paid on a provider's page, and what the provider says when it is asked is
 * what is booked. One adapter per provider. May import {@code ledger}, {@code subscription}, {@code invoice}, {@code payment}
 * and {@code party}.
 */
@NullMarked
package org.coopmesh.billing.provider;

import org.jspecify.annotations.NullMarked;
