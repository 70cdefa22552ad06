/**
 * Nodes as witnesses of the co-op's public log: hands them what it grew by, and says what they think of it. Upstream:
 * {@code coopmesh.abuse.log.v1}. May import {@code node}. Says on {@code coopmesh.membership.witness.v1} what nodes cosigned or
 * refused.
 */
@NullMarked
package org.coopmesh.membership.witness;

import org.jspecify.annotations.NullMarked;
