/**
 * Complaints as they come in: by form or REST, from members, outsiders and people without a name. Nothing sent here is ever
 * rendered or believed; it is limited, hashed and kept. Upstream: people, and the meter
 * of billing-service, which states on Kafka that the ends of a link disagree. May import {@code subject}.
 */
@NullMarked
package org.coopmesh.abuse.report;

import org.jspecify.annotations.NullMarked;
