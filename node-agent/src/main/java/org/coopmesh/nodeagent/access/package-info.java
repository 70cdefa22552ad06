/**
 * What may pass this node: the co-op's signed access list is watched, kept on disk and enforced in the kernel, with or without
 * a server. Upstream is membership's access list service. May import {@code identity} and {@code netfilter}.
 */
@NullMarked
package org.coopmesh.nodeagent.access;

import org.jspecify.annotations.NullMarked;
