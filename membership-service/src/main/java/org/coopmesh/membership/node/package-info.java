/**
 * Nodes and the addresses given to them: enrolment by one-time code, the co-op's own certificates, attachments and their
 * history, and the node port that agents speak to. Upstream: member. Imports: identity, member, roster
 * (what was agreed).
 */
@NullMarked
package org.coopmesh.membership.node;

import org.jspecify.annotations.NullMarked;
