/**
 * A member's standing as a pure function of facts: what the payers of the sites owe (said by billing), holds by the
 * treasurer, sanctions in force (said by abuse reporting). Tells members by mail that moderators decided about them. Imports: identity, member, node, topology.
 */
@NullMarked
package org.coopmesh.membership.standing;

import org.jspecify.annotations.NullMarked;
