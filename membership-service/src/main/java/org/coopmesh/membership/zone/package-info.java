/**
 * The zone that names are served in: records made of what names lead to, one serial on every replica, transfers to DNS servers, and
 * the signed list of hosts that nodes keep for when no server is there. The door is {@link
 * org.coopmesh.membership.zone.ZoneKeeper}. Upstream: names, node, topology. Imports: names, node, topology.
 */
@NullMarked
package org.coopmesh.membership.zone;

import org.jspecify.annotations.NullMarked;
