package org.coopmesh.membership.assembly;

/**
 * What one vote is counted by; fixed when the proposal is seconded.
 *
 * @param quorumPercent of the members on the roll, 0 to 100
 */
record Rule(int quorumPercent, Majority majority) {
    Rule {
        if (quorumPercent < 0 || quorumPercent > 100)
            throw new IllegalArgumentException("quorumPercent is 0 to 100");
    }
}
