/**
 * Notices by mail: queued with the fact that they tell of, written when their turn comes, handed to a mail server once. What
 * they tell is asked of who knows it. May import {@code ledger}, {@code subscription} and {@code party}.
 */
@NullMarked
package org.coopmesh.billing.mail;

import org.jspecify.annotations.NullMarked;
