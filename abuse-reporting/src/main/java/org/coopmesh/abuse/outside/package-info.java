/**
 * Lists of addresses that others keep: plain lists by address or file, and the decisions of a CrowdSec server. Each has a cap, an
 * end for its entries and a sieve, is tried out without effect before it is enforced, and never touches a ban that people made.
 * Upstream: whoever keeps the list. May import {@code subject}, {@code bouncer} and {@code ban}.
 */
@NullMarked
package org.coopmesh.abuse.outside;

import org.jspecify.annotations.NullMarked;
