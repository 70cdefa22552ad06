/**
 * Names of the village for when no server is there: fetched when they change, checked, and kept as a file of hosts that a resolver
 * on the node reads.
 *
 * <p>Upstream: the serial in membership's answers, and its names service. Imports identity, for keys.
 */
@NullMarked
package org.coopmesh.nodeagent.names;

import org.jspecify.annotations.NullMarked;
