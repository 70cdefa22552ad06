package org.coopmesh.membership.assembly;

import java.util.UUID;

/** Names one proposal. */
public record ProposalId(UUID value) {
    static ProposalId next() {
        return new ProposalId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
