/**
 * The frame of the service: start, filter chains and problem details.
 *
 * <p>Its direct sub-packages are the capabilities, in the order identity · member · node · topology · outage · feed · standing ·
 * access · names · assembly. Each imports only those to its left; none imports this package.
 */
@NullMarked
package org.coopmesh.membership;

import org.jspecify.annotations.NullMarked;
