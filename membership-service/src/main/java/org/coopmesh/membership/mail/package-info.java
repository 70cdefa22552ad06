/**
 * The queue of mails as the board sees it: what waits, what left, what did not arrive, and what is to become of that.
 *
 * <p>Upstream: none of ours; the queue is the module {@code mail}'s.
 */
@NullMarked
package org.coopmesh.membership.mail;

import org.jspecify.annotations.NullMarked;
