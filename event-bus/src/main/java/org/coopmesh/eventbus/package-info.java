/**
 * How facts travel between services: an outbox in the writer's transaction, a relay to Kafka, an inbox in the hearer's
 * transaction, and a place for what could not be heard. Every service uses it the same way. Imports nothing of theirs.
 */
@NullMarked
package org.coopmesh.eventbus;

import org.jspecify.annotations.NullMarked;
