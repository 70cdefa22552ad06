/**
 * What is held about people and why, and everything about oneself to take along.
 *
 * <p>Upstream: every capability, through their tables alone: the register names each column of the schema, and what it says is what the
 * export reads. It writes nothing. May import: member.
 */
@NullMarked
package org.coopmesh.membership.privacy;

import org.jspecify.annotations.NullMarked;
