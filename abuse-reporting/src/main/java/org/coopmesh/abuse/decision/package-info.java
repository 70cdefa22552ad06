/**
 * What follows from a case: dismissed, or upheld with measures from the ladder warning, slow lane, suspension, ban. Upstream:
 * {@code casework}. May import {@code subject}, {@code report} and {@code casework}. Says on
 * {@code coopmesh.abuse.decision.v1} which measures bind a member.
 */
@NullMarked
package org.coopmesh.abuse.decision;

import org.jspecify.annotations.NullMarked;
