/**
 * What is held about people and why, everything about oneself to take along, and the end of it.
 *
 * <p>Upstream: every capability, through their tables alone: the register names each column of the schema, and what it says is what the
 * export reads. Erasing somebody deletes and blanks what the register says. May import: member, node, standing.
 */
@NullMarked
package org.coopmesh.membership.privacy;

import org.jspecify.annotations.NullMarked;
