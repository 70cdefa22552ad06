/**
 * Which ports of an outside address belong to whom, computed and never logged.
 *
 * <p>Upstream: the configuration; the kernel's table of flows. Imports: netfilter.
 */
@NullMarked
package org.coopmesh.nodeagent.portblock;

import org.jspecify.annotations.NullMarked;
