package org.coopmesh.billing.metering;

import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.metering.Verdict.Reason;

/**
 * What is durable of one boot that a request spoke of.
 *
 * @param upTo every sequence of the request up to this one is durable
 * @param missing sequences below {@code upTo} that were never seen
 * @param setAside sequences of the request that are kept but not billed
 */
record Receipt(UUID bootId, long upTo, List<Long> missing, List<SetAside> setAside) {
    record SetAside(long sequence, Reason reason) {}
}
