/**
 * What other programs read about the mesh: maps, graphs and monitoring. Everybody gets what members consented to; the whole
 * goes to who holds a feed key. Names of people, mail, phone and street are in no feed. Upstream: member, node, topology.
 * Imports: identity, member, node, topology.
 */
@NullMarked
package org.coopmesh.membership.feed;

import org.jspecify.annotations.NullMarked;
