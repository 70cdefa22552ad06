/**
 * Speaks respondd on the interfaces that the configuration names: asks routers that are too small for an agent
 * ({@link org.coopmesh.nodeagent.collector.RouterCollector}), and answers who asks this node
 * ({@link org.coopmesh.nodeagent.collector.Responder}).
 *
 * <p>Upstream: whoever is on the same link, and none of them is trusted. Imports no other capability: what the node knows of
 * itself comes in as a supplier. Nothing that is heard here is billed.
 */
@NullMarked
package org.coopmesh.nodeagent.collector;

import org.jspecify.annotations.NullMarked;
