package org.coopmesh.billing.metering;

import java.time.Instant;
import java.util.List;
import org.coopmesh.billing.subscription.SiteId;

/**
 * What was carried for others and what was originated in one hour, as far as it can be believed; bytes down and up together.
 *
 * @param hour whole hours, UTC; a window belongs to the hour in which it began
 */
public record Carriage(Instant hour, List<Carried> carried, List<Originated> originated) {
    /**
     * What one node carried for one site. {@code credited} is never more than {@code claimed}, and is what may be paid for:
     *
     * <ul>
     *   <li>Internet bytes are capped by what the site's own node and the gateways both saw of it, each way; gateways together
     *       are credited no more than the site's own node saw. Where the co-op has no gateway that reports, by the site's own
     *       node alone.
     *   <li>Local bytes are capped by what the site's own node saw.
     *   <li>All that a node carried is capped by what passed through its links and uplink; of a link that both ends reported
     *       the smaller of the two claims counts.
     *   <li>Between nodes and sites of one owner or one payer nothing is credited, nor to a node that nobody owns.
     * </ul>
     *
     * @param site the carrier's
     * @param gateway true where the carrier has an uplink to the Internet
     * @param consumer the site whose bytes they are
     */
    public record Carried(
            NodeId carrier,
            SiteId site,
            boolean gateway,
            SiteId consumer,
            long claimedInternet,
            long claimedLocal,
            long creditedInternet,
            long creditedLocal) {
        public Carried {
            if (creditedInternet < 0
                    || creditedLocal < 0
                    || creditedInternet > claimedInternet
                    || creditedLocal > claimedLocal) {
                throw new IllegalArgumentException("credited at most what was claimed");
            }
        }

        /** Internet and local bytes together. */
        public long credited() {
            return Math.addExact(creditedInternet, creditedLocal);
        }
    }

    /** What one site used itself, by its own node: what it is billed for. */
    public record Originated(SiteId site, long internet, long local) {}
}
