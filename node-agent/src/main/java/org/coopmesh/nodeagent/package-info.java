/**
 * Runs on the mesh node: counts, reports, enforces. {@link org.coopmesh.nodeagent.NodeAgent} wires the capabilities by hand.
 *
 * <p>Counts flow {@code usage → spool → report}; beside them stand {@code identity}, {@code access} and {@code topology}. Only
 * this package imports them all; none of them imports this package.
 */
@NullMarked
package org.coopmesh.nodeagent;

import org.jspecify.annotations.NullMarked;
