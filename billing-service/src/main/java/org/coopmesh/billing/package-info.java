/** Bytes in, money out: the frame of the service. What it does is in its direct sub-packages, its capabilities. */
@NullMarked
package org.coopmesh.billing;

import org.jspecify.annotations.NullMarked;
