package org.coopmesh.billing.metering;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.coopmesh.billing.metering.Decisions.Decision;
import org.coopmesh.billing.metering.UsageReport.Key;
import org.coopmesh.billing.metering.UsageReports.Place;
import org.coopmesh.billing.metering.UsageReports.SetAsideReport;
import org.coopmesh.billing.metering.Verdict.Counted;
import org.coopmesh.billing.metering.Verdict.Implausible;
import org.coopmesh.billing.metering.Verdict.Reason;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Reports that were set aside, and what people decide about them. What is accepted counts from then on, as late as it is. */
@Component
class SetAsideQueue {
    private final UsageReports reports;
    private final Decisions decisions;
    private final Intake intake;
    private final PayerRegister register;
    private final Outbox outbox;
    private final Plausibility plausibility;
    private final Clock clock;

    SetAsideQueue(
            UsageReports reports,
            Decisions decisions,
            Intake intake,
            PayerRegister register,
            Outbox outbox,
            MeteringSettings settings,
            Clock clock) {
        this.reports = reports;
        this.decisions = decisions;
        this.intake = intake;
        this.register = register;
        this.outbox = outbox;
        this.plausibility = settings.plausibility();
        this.clock = clock;
    }

    /**
     * A report in the queue.
     *
     * @param limitBytes each way, that no attachment can exceed in the window; zero where the window has no length
     * @param acceptable false where nothing that a person says can make it count
     */
    record Item(
            SetAsideReport report,
            long limitBytes,
            boolean acceptable,
            Optional<Decision> decision) {}

    /** What was set aside and comes after {@code end} when the newest is first: decided or still open. */
    List<Item> items(@Nullable Place end, @Nullable NodeId nodeId, boolean decided, int limit) {
        return items(reports.setAside(end == null ? now() : end, nodeId, decided, limit));
    }

    private Place now() {
        return Place.before(clock.instant().plusSeconds(1));
    }

    /** What of {@code nodes} was set aside since {@code since}, decided or not, newest first. */
    List<Item> itemsOf(Collection<NodeId> nodes, Instant since, int limit) {
        var items = new ArrayList<SetAsideReport>();
        Place now = now();
        for (NodeId node : nodes) {
            items.addAll(reports.setAside(now, node, false, limit));
            items.addAll(reports.setAside(now, node, true, limit));
        }
        items.removeIf(item -> item.receivedAt().isBefore(since));
        items.sort(java.util.Comparator.comparing(SetAsideReport::receivedAt).reversed());
        return items(items.stream().limit(limit).toList());
    }

    private List<Item> items(List<SetAsideReport> found) {
        return found.stream()
                .map(report ->
                        new Item(
                                report,
                                report.report().length().isPositive()
                                                && report.report()
                                                                .length()
                                                                .compareTo(Plausibility.WINDOW_MAX)
                                                        <= 0
                                        ? plausibility.bytesMax(report.report().length())
                                        : 0,
                                acceptable(report.reason(), report.report()),
                                report.decided()
                                        ? decisions.find(report.report().key())
                                        : Optional.empty()))
                .toList();
    }

    /**
     * Accepts or refuses a report that was set aside, once. Accepted, its bytes are in their hour from now on, which the next
     * bill charges as an adjustment where the hour is billed already.
     *
     * @throws ReportNotFound if no such report is kept
     * @throws DecisionRefused if it is not set aside, was decided before, or cannot count whatever a person says
     * @throws Involved if {@code by} owns the node, or shares a payer with somebody whose bytes these are
     */
    @Transactional
    Decision decide(Key key, boolean accept, String why, MemberId by) {
        KeptReport kept = reports.lock(key).orElseThrow(ReportNotFound::new);
        Reason reason =
                switch (kept.verdict()) {
                    case Counted counted ->
                            throw new DecisionRefused("the report counts, it is not set aside");
                    case Implausible implausible -> implausible.reason();
                };
        if (decisions.find(key).isPresent()) {
            throw new DecisionRefused("it was decided before; a decision stands");
        }
        if (accept && !acceptable(reason, kept.report())) {
            throw new DecisionRefused("it cannot count: " + reason.told());
        }
        if (involved(kept.report(), by)) throw new Involved();
        Decision decision = decisions.add(kept, reason, accept, why, by);
        if (accept) {
            var counted =
                    new KeptReport(
                            kept.report(),
                            kept.runLast(),
                            kept.runSignature(),
                            new Counted(true),
                            kept.receivedAt());
            reports.judgeAgain(counted, decision.decidedAt());
            intake.count(List.of(kept.report()));
        }
        outbox.add(
                MeterEvents.TOPIC,
                key.nodeId().hex(),
                MeterEvents.decided(kept.report(), accept, decision.decidedAt()));
        return decision;
    }

    /** No figure below zero becomes a bill, nothing counts twice or before it was, and what the roster lacks it finds by itself. */
    private boolean acceptable(Reason reason, UsageReport report) {
        return switch (reason) {
            case ENDS_BEFORE_START, COUNTER_OVERFLOW, UNKNOWN_ATTACHMENT, CONFLICT -> false;
            case WINDOW_TOO_LONG,
                    FROM_THE_FUTURE,
                    TOO_OLD,
                    BEYOND_LINE_RATE,
                    FOREIGN_ATTACHMENT,
                    CHAIN_BROKEN ->
                    !report.endedAt().isAfter(clock.instant()) && !Plausibility.overflows(report);
        };
    }

    private boolean involved(UsageReport report, MemberId by) {
        Set<MemberId> members = new HashSet<>();
        register.placesOf(List.of(report.nodeId().hex()))
                .values()
                .forEach(node -> members.add(node.owner()));
        register.holdersOf(
                        report.attachments().stream()
                                .map(usage -> usage.attachment().value())
                                .toList(),
                        report.hour())
                .values()
                .forEach(holder -> members.add(holder.member()));
        if (members.contains(by)) return true;
        Set<PayerId> own = Set.copyOf(register.payersOf(by));
        return members.stream()
                .anyMatch(member -> register.payersOf(member).stream().anyMatch(own::contains));
    }

    /** There is no such report, or it is not kept any more. */
    static class ReportNotFound extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ReportNotFound() {
            super("no such report is kept");
        }
    }

    /** The report is not in a state in which that can be decided. */
    static class DecisionRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DecisionRefused(String why) {
            super(why);
        }
    }

    /** Nobody decides about bytes that they, or their household, pay for or were paid for. */
    static class Involved extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Involved() {
            super("about the caller's own node or household; somebody else decides");
        }
    }
}
