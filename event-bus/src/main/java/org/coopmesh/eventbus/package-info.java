/**
 * How facts travel between services: an outbox in the writer's transaction, a relay to Kafka, an inbox in the hearer's
 * transaction, and a place for what could not be heard. Beside it two things that every service wants the same: the clock, and
 * the bounds of what may be read from outside. Every service uses it the same way. Imports nothing of theirs.
 */
@NullMarked
package org.coopmesh.eventbus;

import org.jspecify.annotations.NullMarked;
