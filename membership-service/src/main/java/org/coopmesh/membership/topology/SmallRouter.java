package org.coopmesh.membership.topology;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a node was told by a router that is too small for an agent. The router signed nothing, so this is shown and never billed.
 *
 * @param id respondd's node_id
 * @param hostname empty where it was not told
 * @param heardAgo how long before the report
 * @param figures null where they were not told
 */
public record SmallRouter(
        String id,
        String hostname,
        Duration heardAgo,
        @Nullable Figures figures,
        List<Neighbour> neighbours) {
    static final int NEIGHBOURS_MAX = 64;
    static final Duration HEARD_AGO_MAX = Duration.ofDays(1);
    private static final int HOSTNAME_LENGTH_MAX = 128;
    private static final int ADDRESS_LENGTH_MAX = 64;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{12}");

    public SmallRouter {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("router_id is not 12 hexadecimal digits");
        }
        if (hostname.length() > HOSTNAME_LENGTH_MAX || !isVisible(hostname)) {
            throw new IllegalArgumentException("hostname is too long, or has control characters");
        }
        if (heardAgo.isNegative() || heardAgo.compareTo(HEARD_AGO_MAX) > 0) {
            throw new IllegalArgumentException("heard_seconds_ago is more than a day");
        }
        if (neighbours.size() > NEIGHBOURS_MAX) {
            throw new IllegalArgumentException("more than " + NEIGHBOURS_MAX + " neighbours");
        }
        neighbours = List.copyOf(neighbours);
    }

    /** Counts since the router started; how many clients, never who. */
    public record Figures(
            long uptimeSeconds,
            long loadMilli,
            long clients,
            long rxBytes,
            long txBytes,
            long forwardBytes) {
        public Figures {
            // Counts that do not fit 63 bits are nobody's.
            if (uptimeSeconds < 0
                    || loadMilli < 0
                    || clients < 0
                    || rxBytes < 0
                    || txBytes < 0
                    || forwardBytes < 0) {
                throw new IllegalArgumentException("a count is out of range");
            }
        }
    }

    /**
     * A mesh interface that the router hears.
     *
     * @param routerId empty where it is not known whose the address is
     * @param source "batadv" or "babel"
     */
    public record Neighbour(
            String routerId, String address, String source, long tq, long rxCost, long txCost) {
        public Neighbour {
            if (!routerId.isEmpty() && !ID.matcher(routerId).matches()) {
                throw new IllegalArgumentException("router_id is not 12 hexadecimal digits");
            }
            if (address.length() > ADDRESS_LENGTH_MAX
                    || source.length() > ADDRESS_LENGTH_MAX
                    || !isVisible(address)
                    || !isVisible(source)) {
                throw new IllegalArgumentException("a text of a neighbour is malformed");
            }
        }
    }

    private static boolean isVisible(String text) {
        return text.codePoints()
                .noneMatch(each ->
                        Character.isISOControl(each)
                                || Character.getType(each) == Character.FORMAT
                                || Character.getType(each) == Character.SURROGATE);
    }
}
