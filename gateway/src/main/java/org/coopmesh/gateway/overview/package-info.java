/**
 * Pages that need two services: read-only, and honest about a part that does not answer. Upstream: session (what
 * ends one), routing (where the parts are).
 */
@NullMarked
package org.coopmesh.gateway.overview;

import org.jspecify.annotations.NullMarked;
