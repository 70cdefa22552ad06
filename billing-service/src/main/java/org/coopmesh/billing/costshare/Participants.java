package org.coopmesh.billing.costshare;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.metering.AttachmentId;
import org.coopmesh.billing.metering.InternetSample;
import org.coopmesh.billing.metering.LinkBytes;
import org.coopmesh.billing.metering.Metering;
import org.coopmesh.billing.metering.Usage;
import org.coopmesh.billing.metering.UsageKept;
import org.coopmesh.billing.subscription.AttachmentSpan;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
import org.coopmesh.billing.subscription.SubscribedDays;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Who takes part in a month's costs, and with what, as far as counted up to now. */
@Service
class Participants {
    private final PayerRegister register;
    private final Metering metering;
    private final UsageKept kept;

    Participants(PayerRegister register, Metering metering, UsageKept kept) {
        this.register = register;
        this.metering = metering;
        this.kept = kept;
    }

    /** Whether all that {@code policy} counted of {@code month} is still there one by one, so that looking again is fair. */
    boolean isWhole(YearMonth month, Policy policy) {
        Instant from = register.coop().startOf(month.atDay(1));
        var needs = Needs.of(policy);
        return !((needs.bytes() || needs.nodes()) && from.isBefore(kept.hoursSince())
                || needs.peaks() != null && from.isBefore(kept.reportsSince()));
    }

    /** One member's month while it is gathered. */
    private static final class Days {
        final BitSet active = new BitSet();
        final Map<String, Integer> plans = new TreeMap<>();
        final Map<PayerId, Integer> payers = new HashMap<>();
        final Map<SiteId, List<AttachmentSpan>> sites = new LinkedHashMap<>();

        PayerId payer() {
            return payers.entrySet().stream()
                    .min(
                            Map.Entry.<PayerId, Integer>comparingByValue()
                                    .reversed()
                                    .thenComparing(
                                            Map.Entry::getKey,
                                            Comparator.comparing(PayerId::value)))
                    .orElseThrow()
                    .getKey();
        }
    }

    /**
     * The facts of {@code month} that {@code policy} asks for. In the order of members' ids: it settles ties.
     *
     * @param also members who take part even where nobody paid for a site of theirs
     * @throws CannotShare if some of it is no longer kept; bytes of a month are kept longer than its links and peaks
     */
    Facts facts(YearMonth month, Policy policy, Collection<MemberId> also) {
        Coop coop = register.coop();
        LocalDate first = month.atDay(1);
        LocalDate next = month.plusMonths(1).atDay(1);
        var members = new TreeMap<MemberId, Days>(Comparator.comparing(MemberId::value));
        for (PayerId payer : register.payersBetween(first, next)) {
            for (SubscribedDays days : register.subscribed(payer, first, next)) {
                note(members.computeIfAbsent(days.member(), m -> new Days()), days);
            }
        }
        for (MemberId member : also) {
            List<PayerId> payers = register.payersOf(member);
            if (!members.containsKey(member) && !payers.isEmpty()) {
                members.computeIfAbsent(member, m -> new Days()).payers.put(payers.getFirst(), 0);
            }
        }
        var needs = Needs.of(policy);
        if ((needs.peaks() != null || needs.nodes()) && !isWhole(month, policy)) {
            throw new CannotShare(
                    "no-longer-kept", "not all that was counted in " + month + " is still kept");
        }
        Instant from = coop.startOf(first);
        Instant to = coop.startOf(next);
        var participants = new ArrayList<Participant>(members.size());
        members.forEach((member, days) -> {
            if (needs.attachments()) {
                for (Map.Entry<SiteId, List<AttachmentSpan>> site : days.sites.entrySet()) {
                    site.setValue(register.attachmentSpans(site.getKey(), from, to));
                }
            }
            Peak.Direction direction = needs.peaks();
            Peak peak = direction == null ? null : peak(days, direction, from, to);
            var participant =
                    new Participant(
                            member,
                            days.payer(),
                            Ratio.of(days.active.cardinality(), month.lengthOfMonth()),
                            plans(days, month.lengthOfMonth()),
                            needs.bytes() ? bytes(days) : 0,
                            peak,
                            needs.nodes() ? nodes(days) : List.of());
            if (participant.presence().signum() > 0
                    || participant.bytes() > 0
                    || peak != null && peak.bytes() > 0
                    || also.contains(member)) {
                participants.add(participant);
            }
        });
        return new Facts(participants, needs.nodes() ? tree(from, to) : LinkTree.EMPTY);
    }

    /** Along the links on which both ends agree that something passed, from the co-op's gateways. */
    private LinkTree tree(Instant from, Instant to) {
        var bytes = new HashMap<LinkTree.Link, Long>();
        var nodes = new HashSet<String>();
        for (LinkBytes link : metering.linkBytes(from, to)) {
            bytes.put(new LinkTree.Link(link.low().hex(), link.high().hex()), link.bytes());
            nodes.add(link.low().hex());
            nodes.add(link.high().hex());
        }
        List<String> gateways =
                register.placesOf(nodes).entrySet().stream()
                        .filter(node -> node.getValue().gateway())
                        .map(Map.Entry::getKey)
                        .toList();
        return LinkTree.along(gateways, bytes);
    }

    /** Windows are put down to the five minutes in which they began; several in the same five are one sample. */
    private Peak peak(Days days, Peak.Direction direction, Instant from, Instant to) {
        long first = Math.floorDiv(from.getEpochSecond(), Peak.SAMPLE_SECONDS);
        int size = Math.toIntExact(Math.ceilDiv(to.getEpochSecond(), Peak.SAMPLE_SECONDS) - first);
        long[] down = new long[size];
        long[] up = new long[size];
        for (List<AttachmentSpan> spans : days.sites.values()) {
            for (AttachmentSpan span : spans) {
                for (InternetSample sample :
                        metering.samples(
                                List.of(new AttachmentId(span.attachmentId())),
                                span.from(),
                                span.to())) {
                    int slot =
                            Math.toIntExact(
                                    Math.floorDiv(
                                                    sample.startedAt().getEpochSecond(),
                                                    Peak.SAMPLE_SECONDS)
                                            - first);
                    if (slot >= 0 && slot < size) {
                        down[slot] = Math.addExact(down[slot], sample.down());
                        up[slot] = Math.addExact(up[slot], sample.up());
                    }
                }
            }
        }
        var samples = new ArrayList<Peak.Sample>(size);
        for (int i = 0; i < size; i++) {
            samples.add(new Peak.Sample(down[i], up[i]));
        }
        return Peak.of(direction, size, samples);
    }

    /** What a policy asks for; the rest is not gathered. */
    private record Needs(boolean bytes, Peak.@Nullable Direction peaks, boolean nodes) {
        static Needs of(Policy policy) {
            return switch (policy) {
                case Policy.Equal equal -> new Needs(false, null, false);
                case Policy.Weight weight -> new Needs(false, null, false);
                case Policy.Airport airport -> new Needs(false, null, false);
                case Policy.Usage usage -> new Needs(true, null, false);
                case Policy.Clearing clearing -> new Needs(true, null, false);
                case Policy.P95 p95 -> new Needs(false, p95.direction(), false);
                case Policy.Tree tree -> new Needs(false, null, true);
                case Policy.FeeAndProportional fee -> of(fee.rest());
            };
        }

        boolean attachments() {
            return bytes || peaks != null || nodes;
        }
    }

    private static void note(Days into, SubscribedDays days) {
        int length = Math.toIntExact(days.to().toEpochDay() - days.from().toEpochDay());
        into.payers.merge(days.payer(), length, Integer::sum);
        into.sites.putIfAbsent(days.site(), List.of());
        if (days.active()) {
            int day = days.from().getDayOfMonth();
            into.active.set(day, day + length);
            into.plans.merge(days.planCode(), length, Integer::sum);
        }
    }

    private static Map<String, Ratio> plans(Days days, int lengthOfMonth) {
        var plans = new TreeMap<String, Ratio>();
        days.plans.forEach((plan, count) -> plans.put(plan, Ratio.of(count, lengthOfMonth)));
        return plans;
    }

    private long bytes(Days days) {
        record Stretch(Instant from, Instant to) {}
        Map<Stretch, List<AttachmentId>> stretches = new LinkedHashMap<>();
        for (List<AttachmentSpan> spans : days.sites.values()) {
            for (AttachmentSpan span : spans) {
                stretches
                        .computeIfAbsent(
                                new Stretch(span.from(), span.to()), s -> new ArrayList<>())
                        .add(new AttachmentId(span.attachmentId()));
            }
        }
        long bytes = 0;
        for (var stretch : stretches.entrySet()) {
            for (Usage usage :
                    metering.used(
                                    stretch.getValue(),
                                    stretch.getKey().from(),
                                    stretch.getKey().to())
                            .values()) {
                bytes =
                        Math.addExact(
                                bytes, Math.addExact(usage.internetDown(), usage.internetUp()));
            }
        }
        return bytes;
    }

    private List<String> nodes(Days days) {
        List<UUID> attachments =
                days.sites.values().stream()
                        .flatMap(List::stream)
                        .map(AttachmentSpan::attachmentId)
                        .distinct()
                        .toList();
        var nodes = new TreeSet<String>();
        register.nodesOf(attachments).values().forEach(nodes::addAll);
        return List.copyOf(nodes);
    }
}
