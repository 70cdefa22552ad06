/** The browser's one door: session, routes, and pages that need two services. Owns no facts. */
@NullMarked
package org.coopmesh.gateway;

import org.jspecify.annotations.NullMarked;
