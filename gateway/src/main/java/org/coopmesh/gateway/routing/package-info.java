/** Which path goes to which service, in one table. Imports nothing of ours. */
@NullMarked
package org.coopmesh.gateway.routing;

import org.jspecify.annotations.NullMarked;
