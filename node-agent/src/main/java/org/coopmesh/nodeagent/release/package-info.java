/**
 * How the agent itself becomes newer: a release that its signers signed and the co-op offers is fetched, tried, and either
 * taken or left again.
 *
 * <p>Upstream: the offer in membership's answers, and its release service. Imports identity, for keys. The other half is the
 * start script, which goes back when a version does not show that it reports.
 */
@NullMarked
package org.coopmesh.nodeagent.release;

import org.jspecify.annotations.NullMarked;
