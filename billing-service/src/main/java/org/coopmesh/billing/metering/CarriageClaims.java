package org.coopmesh.billing.metering;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.coopmesh.billing.metering.Carriage.Carried;
import org.coopmesh.billing.metering.Carriage.Originated;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.SiteId;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes claim of one hour, and what of it can be believed.
 *
 * @param claims by attachment and node
 * @param nodes whose each node is; one left out is nobody's
 * @param holders whose each attachment is
 * @param passed what passed through a node's links and uplink; one left out told of none
 */
record CarriageClaims(
        List<Claim> claims,
        Map<NodeId, Place> nodes,
        Map<AttachmentId, Place> holders,
        Map<NodeId, Passed> passed) {
    /** What one node counted for one attachment; {@code own} where it hangs on that node. */
    record Claim(
            AttachmentId attachment,
            NodeId node,
            boolean own,
            long internetDown,
            long internetUp,
            long localDown,
            long localUp) {
        private Bytes bytes() {
            return new Bytes(internetDown, internetUp, localDown, localUp);
        }
    }

    /** Whose a node or an attachment is, and who pays for its site. */
    record Place(SiteId site, MemberId member, @Nullable PayerId payer, boolean gateway) {
        private boolean sameAs(Place other) {
            return member.equals(other.member)
                    || site.equals(other.site)
                    || payer != null && payer.equals(other.payer);
        }
    }

    /** Bytes that came into a node and that left it, over links and uplink. */
    record Passed(long in, long out) {
        Passed plus(long moreIn, long moreOut) {
            return new Passed(sum(in, moreIn), sum(out, moreOut));
        }

        /** What was carried came in and left again. */
        private long carriedMost() {
            return Math.min(in, out);
        }
    }

    private record Bytes(long internetDown, long internetUp, long localDown, long localUp) {
        static final Bytes NONE = new Bytes(0, 0, 0, 0);

        Bytes plus(Bytes other) {
            return new Bytes(
                    sum(internetDown, other.internetDown),
                    sum(internetUp, other.internetUp),
                    sum(localDown, other.localDown),
                    sum(localUp, other.localUp));
        }

        Bytes atMost(Bytes cap) {
            return new Bytes(
                    Math.min(internetDown, cap.internetDown),
                    Math.min(internetUp, cap.internetUp),
                    Math.min(localDown, cap.localDown),
                    Math.min(localUp, cap.localUp));
        }

        /** The part of these that {@code some} of {@code all} are; nothing is scaled up. */
        Bytes shareOf(Bytes some, Bytes all) {
            return new Bytes(
                    part(some.internetDown, internetDown, all.internetDown),
                    part(some.internetUp, internetUp, all.internetUp),
                    part(some.localDown, localDown, all.localDown),
                    part(some.localUp, localUp, all.localUp));
        }

        Bytes internetOf(Bytes internet) {
            return new Bytes(internet.internetDown, internet.internetUp, localDown, localUp);
        }

        long internet() {
            return sum(internetDown, internetUp);
        }

        long local() {
            return sum(localDown, localUp);
        }
    }

    private record Believed(Claim claim, Place carrier, Place consumer, Bytes credited) {}

    /** What one node carried for one site, as a key. */
    private record Pair(NodeId carrier, SiteId consumer) {}

    /** What is credited of the claims, in the order of carriers and consumers. */
    List<Carried> carried() {
        Map<AttachmentId, Bytes> own = new HashMap<>();
        Map<AttachmentId, Place> home = new HashMap<>();
        Map<AttachmentId, Bytes> byGateways = new HashMap<>();
        Map<AttachmentId, Bytes> carriedByGateways = new HashMap<>();
        boolean gateways = false;
        for (Claim claim : claims) {
            Place node = nodes.get(claim.node());
            if (claim.own()) {
                own.merge(claim.attachment(), claim.bytes(), Bytes::plus);
                if (node != null) home.put(claim.attachment(), node);
            }
            if (node != null && node.gateway()) {
                gateways = true;
                byGateways.merge(claim.attachment(), claim.bytes(), Bytes::plus);
                if (!claim.own()) {
                    carriedByGateways.merge(claim.attachment(), claim.bytes(), Bytes::plus);
                }
            }
        }
        Map<NodeId, List<Believed>> byCarrier = new HashMap<>();
        for (Claim claim : claims) {
            Place consumer = holders.get(claim.attachment());
            Place carrier = nodes.get(claim.node());
            if (claim.own() || consumer == null || carrier == null) continue;
            Bytes seen = own.getOrDefault(claim.attachment(), Bytes.NONE);
            Bytes capped = claim.bytes().atMost(seen);
            if (carrier.gateway()) {
                Bytes all = carriedByGateways.getOrDefault(claim.attachment(), Bytes.NONE);
                capped = capped.internetOf(seen.shareOf(claim.bytes(), all));
            } else if (gateways) {
                Bytes gateway = byGateways.getOrDefault(claim.attachment(), Bytes.NONE);
                capped = capped.internetOf(capped.atMost(gateway));
            }
            Place owner = home.get(claim.attachment());
            if (carrier.sameAs(consumer) || owner != null && carrier.sameAs(owner)) {
                capped = Bytes.NONE;
            }
            byCarrier
                    .computeIfAbsent(claim.node(), node -> new ArrayList<>())
                    .add(new Believed(claim, carrier, consumer, capped));
        }
        Map<Pair, Carried> pairs = new HashMap<>();
        byCarrier.forEach((node, believed) -> {
            long sum = 0;
            for (Believed each : believed) {
                sum = sum(sum, sum(each.credited().internet(), each.credited().local()));
            }
            Passed through = passed.get(node);
            long most = through == null ? sum : Math.min(sum, through.carriedMost());
            for (Believed each : believed) {
                pairs.merge(
                        new Pair(node, each.consumer().site()),
                        carried(each, most, sum),
                        CarriageClaims::plus);
            }
        });
        return pairs.values().stream()
                .sorted(
                        Comparator.comparing(Carried::carrier)
                                .thenComparing(carried -> carried.consumer().value()))
                .toList();
    }

    /** What each site used itself, in the order of sites. */
    List<Originated> originated() {
        Map<SiteId, Bytes> sites = new HashMap<>();
        for (Claim claim : claims) {
            Place holder = holders.get(claim.attachment());
            if (claim.own() && holder != null) {
                sites.merge(holder.site(), claim.bytes(), Bytes::plus);
            }
        }
        return sites.entrySet().stream()
                .map(site ->
                        new Originated(
                                site.getKey(), site.getValue().internet(), site.getValue().local()))
                .sorted(Comparator.comparing(originated -> originated.site().value()))
                .toList();
    }

    private static Carried carried(Believed each, long most, long sum) {
        Bytes claimed = each.claim().bytes();
        return new Carried(
                each.claim().node(),
                each.carrier().site(),
                each.carrier().gateway(),
                each.consumer().site(),
                claimed.internet(),
                claimed.local(),
                part(each.credited().internet(), most, sum),
                part(each.credited().local(), most, sum));
    }

    private static Carried plus(Carried one, Carried other) {
        return new Carried(
                one.carrier(),
                one.site(),
                one.gateway(),
                Objects.requireNonNull(one.consumer()),
                sum(one.claimedInternet(), other.claimedInternet()),
                sum(one.claimedLocal(), other.claimedLocal()),
                sum(one.creditedInternet(), other.creditedInternet()),
                sum(one.creditedLocal(), other.creditedLocal()));
    }

    /** {@code some · most ÷ all}, rounded down; all of {@code some} where {@code most} is no limit. */
    private static long part(long some, long most, long all) {
        if (most >= all) return some;
        return BigInteger.valueOf(some)
                .multiply(BigInteger.valueOf(most))
                .divide(BigInteger.valueOf(all))
                .longValueExact();
    }

    /** Stops at the top instead of turning negative; plausible figures never get there. */
    private static long sum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
