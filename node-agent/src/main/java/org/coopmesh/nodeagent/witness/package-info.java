/**
 * The node as a witness of the co-op's public log: it keeps the last checkpoint that it saw, cosigns one that goes on from it and
 * refuses any other history.
 *
 * <p>Upstream: membership's witness service. Imports identity, for keys.
 */
@NullMarked
package org.coopmesh.nodeagent.witness;

import org.jspecify.annotations.NullMarked;
