/**
 * What comes from a file: members, as CSV or as MeshDB tells them in JSON; labels, zones, and the nodes agreed for sites, as CSV.
 * First a preview, then all of it or nothing.
 *
 * <p>Upstream: member. May import: member. The doors are {@link org.coopmesh.membership.roster.RosterImport}, which nobody
 * asks but its own controller, and {@link org.coopmesh.membership.roster.Agreed}, which {@code node} asks.
 */
@NullMarked
package org.coopmesh.membership.roster;

import org.jspecify.annotations.NullMarked;
