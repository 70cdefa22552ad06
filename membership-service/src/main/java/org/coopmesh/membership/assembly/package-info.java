/**
 * What members decide together: proposals, their discussion, a secret ballot in which every member has one vote, and what follows on
 * its day.
 *
 * <p>Upstream: member (who may vote, the rules), standing and access (the policy). May import: identity, member, standing, access. The
 * door is {@link org.coopmesh.membership.assembly.Assembly}. How a ballot is secret and yet provably counted is told in ADR 74.
 */
@NullMarked
package org.coopmesh.membership.assembly;

import org.jspecify.annotations.NullMarked;
