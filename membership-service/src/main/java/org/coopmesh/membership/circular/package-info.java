/**
 * What staff writes to many members at once: by mail, to all of a zone, of a label, or to everybody.
 *
 * <p>Upstream: member. May import: member. The door is {@link org.coopmesh.membership.circular.Circulars}; nobody asks it but its
 * own controller.
 */
@NullMarked
package org.coopmesh.membership.circular;

import org.jspecify.annotations.NullMarked;
