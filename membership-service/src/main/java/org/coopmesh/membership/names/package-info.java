/**
 * Names that members hold in the co-op's zone for their nodes and services: first come, first served, one for everybody who looks
 * at it. The door is {@link org.coopmesh.membership.names.NameRegister}. Upstream: member, node, topology. Imports: member, node,
 * topology. What is served of them stands in zone.
 */
@NullMarked
package org.coopmesh.membership.names;

import org.jspecify.annotations.NullMarked;
