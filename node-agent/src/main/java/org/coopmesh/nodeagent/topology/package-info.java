/**
 * What the node sees of itself and its neighbours, told every ten seconds and never more than told.
 *
 * <p>Upstream: the kernel, and whatever routing daemons are found on the machine. Imports {@code netfilter}, for what the kernel says of neighbours: figures of others come in as suppliers. Nothing waits for it.
 */
@NullMarked
package org.coopmesh.nodeagent.topology;

import org.jspecify.annotations.NullMarked;
