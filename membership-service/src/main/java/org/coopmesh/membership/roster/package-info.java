/**
 * Members who come from a file: a spreadsheet as CSV, or what MeshDB tells as JSON. First a preview, then all of it or nothing.
 *
 * <p>Upstream: member. May import: member. The door is {@link org.coopmesh.membership.roster.RosterImport}; nobody asks it but
 * its own controller.
 */
@NullMarked
package org.coopmesh.membership.roster;

import org.jspecify.annotations.NullMarked;
