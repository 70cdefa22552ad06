/**
 * The mesh as a picture: every node and link in one answer, where each node stands on the co-op's own drawing, and where
 * people put them. Upstream: node, topology. Imports: identity, member, node, topology.
 */
@NullMarked
package org.coopmesh.membership.graph;

import org.jspecify.annotations.NullMarked;
