/**
 * Who this node is: its Ed25519 and P-256 keys, the certificate that binds them, and the channels that show it.
 *
 * <p>Upstream: the enrolment service of membership. Imports no other capability.
 */
@NullMarked
package org.coopmesh.nodeagent.identity;

import org.jspecify.annotations.NullMarked;
