/**
 * Complaints as they come in: by form, XARF over REST or mail, from members, outsiders, programs and people without a name. Nothing sent here is ever
 * rendered or believed; it is limited, hashed and kept. Upstream: people, and the meter
 * of billing-service, which states on Kafka that the ends of a link disagree. May import {@code subject} and {@code evidence}.
 */
@NullMarked
package org.coopmesh.abuse.report;

import org.jspecify.annotations.NullMarked;
