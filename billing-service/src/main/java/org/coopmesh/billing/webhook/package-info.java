/**
 * Other tools of the co-op are told what happened: signed messages (Standard Webhooks) to addresses that the treasurer or the
 * board chose. Hears the facts that billing itself states. May import {@code ledger} and {@code subscription}.
 */
@NullMarked
package org.coopmesh.billing.webhook;

import org.jspecify.annotations.NullMarked;
