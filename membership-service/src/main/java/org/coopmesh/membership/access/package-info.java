/**
 * The one signed list of what every attachment may do: policy, entries, versions, the stream to the nodes and their
 * receipts. Upstream: standing, node, and bans (said by abuse reporting). Imports: identity, member, node, topology,
 * standing. The pages about nodes that need all four live here too, in {@code NodePages}.
 */
@NullMarked
package org.coopmesh.membership.access;

import org.jspecify.annotations.NullMarked;
