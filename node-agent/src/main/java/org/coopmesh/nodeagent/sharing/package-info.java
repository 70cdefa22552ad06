/**
 * Gives others what the household leaves idle: its own traffic first, relayed traffic up to a ceiling.
 *
 * <p>Upstream: the configuration; the kernel's queues. Imports: netfilter.
 */
@NullMarked
package org.coopmesh.nodeagent.sharing;

import org.jspecify.annotations.NullMarked;
