/** Which path goes to which service, in one table. Upstream: session (what ends one, which cookie passes). */
@NullMarked
package org.coopmesh.gateway.routing;

import org.jspecify.annotations.NullMarked;
