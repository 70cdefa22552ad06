/**
 * The co-op's own table in the kernel's packet filter: one door, {@link org.coopmesh.nodeagent.netfilter.MeshTable}, for
 * {@code access}, which fills it, and {@code usage}, which reads it. Structure goes through {@code nft}, elements and counters
 * through raw netlink messages. Imports nothing of the agent.
 */
@NullMarked
package org.coopmesh.nodeagent.netfilter;

import org.jspecify.annotations.NullMarked;
