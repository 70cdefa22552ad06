/** Tells open pages that something changed, so that they read it again. Hears the services; imports session and routing. */
@NullMarked
package org.coopmesh.gateway.live;

import org.jspecify.annotations.NullMarked;
