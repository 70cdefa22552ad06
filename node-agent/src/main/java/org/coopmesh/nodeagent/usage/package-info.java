/**
 * What passed this node: absolute figures out of the kernel become usage windows. Knows neither disk nor network; upstream is
 * the kernel, whose counting rules {@code access} keeps in place. May import {@code netfilter}.
 */
@NullMarked
package org.coopmesh.nodeagent.usage;

import org.jspecify.annotations.NullMarked;
