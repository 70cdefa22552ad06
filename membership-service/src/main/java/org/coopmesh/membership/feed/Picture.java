package org.coopmesh.membership.feed;

import java.time.Instant;
import java.util.List;
import org.coopmesh.membership.topology.Telemetry;
import org.jspecify.annotations.Nullable;

/**
 * The mesh as one feed tells it, for everybody or whole; what must not be told is not in it.
 *
 * @param at on the co-op's clock, as all its times
 */
record Picture(Instant at, List<Box> boxes, List<Wire> wires) {

    /**
     * A node, or a router too small for an agent.
     *
     * @param id 12 hexadecimal digits
     * @param name the id again where the name is nobody's business
     * @param gateway id of the gateway that its traffic leaves by, as far as links tell; or ""
     * @param next id of the neighbour on the way there, or ""
     * @param addresses its own, IPv4 first; empty but in the whole picture
     * @param clients null where it is not told, or nobody's business
     * @param telemetry null but in the whole picture
     * @param model "node", or "router" for one without an agent
     */
    record Box(
            String id,
            String name,
            boolean isGateway,
            boolean online,
            Instant firstSeen,
            Instant lastSeen,
            String gateway,
            String next,
            @Nullable Point point,
            @Nullable Long clients,
            @Nullable Telemetry telemetry,
            List<String> addresses,
            String model) {}

    /** Degrees (WGS 84). */
    record Point(double latitude, double longitude) {
        private static final double PARTS = 1_000;

        /** To the nearest thousandth of a degree, about 100 m: which village corner, not which door. */
        Point rounded() {
            return new Point(
                    Math.round(latitude * PARTS) / PARTS, Math.round(longitude * PARTS) / PARTS);
        }
    }

    /**
     * A link. Each end tells for itself what sending to the other costs it; what it does not tell is null.
     *
     * @param source the smaller id
     * @param daemon who told it: "babeld", …
     */
    record Wire(
            String source,
            String target,
            String daemon,
            @Nullable End fromSource,
            @Nullable End fromTarget) {

        /** The dearer direction, for readers that know one figure only; 1 where neither end tells. */
        double cost() {
            return Math.max(1, Math.max(costOf(fromSource), costOf(fromTarget)));
        }

        private static long costOf(@Nullable End end) {
            return end == null ? 0 : end.cost();
        }
    }

    /**
     * What one end of a link tells.
     *
     * @param cost in the daemon's own unit, less is better; 0 where it is not told
     */
    record End(long cost, String costText, boolean used) {
        /** Of two ways to the same neighbour the one that traffic takes, then the cheaper. */
        boolean betterThan(End other) {
            if (used != other.used) return used;
            return rank() < other.rank();
        }

        private long rank() {
            return cost == 0 ? Long.MAX_VALUE : cost;
        }
    }
}
