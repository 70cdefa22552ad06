/**
 * The co-op's public log: that something was decided, banned, looked up, granted, changed or paid, without whom it concerns, in
 * a tree that nobody can rewrite unseen (RFC 6962, C2SP checkpoints and tiles), and the public report that is drawn from it.
 * Upstream: every capability that states a fact calls {@link org.coopmesh.abuse.transparency.TransparencyLog}; facts of other
 * services come by Kafka. Imports no other capability.
 */
@NullMarked
package org.coopmesh.abuse.transparency;

import org.jspecify.annotations.NullMarked;
