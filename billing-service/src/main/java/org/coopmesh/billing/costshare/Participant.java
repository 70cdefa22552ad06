package org.coopmesh.billing.costshare;

import java.util.List;
import java.util.Map;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * One member in one month, as a policy sees them. What the policy does not ask for is left at zero.
 *
 * @param payer who pays for most of the member's days
 * @param presence the part of the month's days on which the member was active on at least one site; 0 to 1
 * @param plans by plan code, the part of the month on it, summed over the member's sites
 * @param bytes to and from the Internet, both directions, of all the member's sites
 * @param peak the 95th percentile; null where the policy asks for none
 * @param nodes on which the member's attachments hung
 */
public record Participant(
        MemberId member,
        PayerId payer,
        Ratio presence,
        Map<String, Ratio> plans,
        long bytes,
        @Nullable Peak peak,
        List<String> nodes) {
    public Participant {
        plans = Map.copyOf(plans);
        nodes = List.copyOf(nodes);
        if (bytes < 0 || presence.signum() < 0 || presence.compareTo(Ratio.ONE) > 0) {
            throw new IllegalArgumentException("presence and bytes of " + member);
        }
        if (plans.values().stream().anyMatch(part -> part.signum() < 0)) {
            throw new IllegalArgumentException("a part of a month is never negative: " + member);
        }
    }
}
