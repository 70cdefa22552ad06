/**
 * The co-op's own table in the kernel's packet filter: one door, {@link org.coopmesh.nodeagent.netfilter.MeshTable}, for
 * {@code access}, which fills it, and {@code usage}, which reads it. Beside it, what the kernel says of interfaces
 * ({@link org.coopmesh.nodeagent.netfilter.Interfaces}) and of who is next to this machine
 * ({@link org.coopmesh.nodeagent.netfilter.Neighbourhood}). Structure goes through {@code nft}, elements and counters
 * through raw netlink messages. Imports nothing of the agent.
 */
@NullMarked
package org.coopmesh.nodeagent.netfilter;

import org.jspecify.annotations.NullMarked;
