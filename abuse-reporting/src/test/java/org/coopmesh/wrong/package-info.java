/** Classes that break each rule of the architecture, so that every rule is seen to reject something. Run by nobody. */
@NullMarked
package org.coopmesh.wrong;

import org.jspecify.annotations.NullMarked;
