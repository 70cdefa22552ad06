/**
 * Which nodes fell silent, and why as far as the mesh tells: one alert a fault, however many are behind it. Upstream: member, node,
 * topology. Imports: identity, member, node, topology.
 */
@NullMarked
package org.coopmesh.membership.outage;

import org.jspecify.annotations.NullMarked;
