package org.coopmesh.abuse.decision;

import java.util.List;

/**
 * What the policy proposes for a case, should it be upheld.
 *
 * @param strikes what counts against the member already
 * @param before what these weigh together
 * @param weight what the case at hand would add
 */
record Proposal(List<Strike> strikes, int before, int weight, Policy.Rung rung) {}
