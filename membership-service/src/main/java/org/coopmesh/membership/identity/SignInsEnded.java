package org.coopmesh.membership.identity;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody is signed in no longer.
 *
 * @param signIn which of theirs has ended; null for all
 */
record SignInsEnded(AccountId account, @Nullable UUID signIn) {}
