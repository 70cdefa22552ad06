package org.coopmesh.billing.metering;

import java.util.List;

/** What one node handed over in one request, verified. */
record Arrival(IdentityKey key, List<ReportChain> chains) {
    int size() {
        return chains.stream().mapToInt(chain -> chain.reports().size()).sum();
    }
}
