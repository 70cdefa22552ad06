/** The whole co-op on one machine: real servers embedded, the services as processes, a small live mesh. */
@NullMarked
package org.coopmesh.quickstart;

import org.jspecify.annotations.NullMarked;
