/**
 * Appeals of members against decisions, each heard by a moderator who had no part in the decision. Upstream: {@code decision},
 * whose taking back it uses. May import {@code subject}, {@code casework} and {@code decision}. Says on
 * {@code coopmesh.abuse.decision.v1} how an appeal was decided.
 */
@NullMarked
package org.coopmesh.abuse.appeal;

import org.jspecify.annotations.NullMarked;
