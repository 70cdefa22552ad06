package org.coopmesh.billing.outage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.CanonicalJson;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.ledger.Transaction;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.PlanNotFound;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.settlement.Derivation;
import org.coopmesh.billing.settlement.PostedGrounds;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.NodePlace;
import org.coopmesh.billing.subscription.OutageEnded;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Gives back what was not delivered. An outage counts once it lasted as long as the rule of its first day says, and unless the
 * member's own node broke; then each second of it gives the rule's percentage of the site's dues of that second, once, however
 * many of the site's attachments were out. It is posted when the month is billed, and is a line of that bill.
 */
@Service
public class OutageCredits {
    private static final String FORMULA = "outage.v1";
    private static final String RULE =
            "sum over parts of monthly dues × percent ÷ 100 × seconds ÷ seconds of the month, rounded down to 10⁻⁶";
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm");

    /** Outages looked at with one closing; the next takes the rest. */
    static final int OUTAGES_MAX = 100_000;

    private static final Logger log = LoggerFactory.getLogger(OutageCredits.class);

    private final Outages outages;
    private final OutageRules rules;
    private final PayerRegister register;
    private final Rating rating;
    private final Ledger ledger;
    private final TransactionTemplate transaction;
    private final Clock clock;

    OutageCredits(
            Outages outages,
            OutageRules rules,
            PayerRegister register,
            Rating rating,
            Ledger ledger,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.outages = outages;
        this.rules = rules;
        this.register = register;
        this.rating = rating;
        this.ledger = ledger;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.clock = clock;
    }

    /** Writes down what was out; heard twice it is there once. */
    @EventListener
    void hear(OutageEnded outage) {
        outages.insert(outage, clock.instant());
    }

    /**
     * Sets the rule for outages that begin on a day to come, or later.
     *
     * @throws OutageRuleRefused if the day has begun, or there is a rule for it or a later one
     */
    @Transactional
    OutageRule declare(OutageRule rule, MemberId by) {
        LocalDate today = register.coop().dayAt(clock.instant());
        rules.lock();
        if (!rule.effectiveOn().isAfter(today)) {
            throw new OutageRuleRefused(
                    "effectiveOn", "future", "a rule never counts backwards; take a day to come");
        }
        Optional<OutageRule> latest =
                rules.all().stream()
                        .map(OutageRules.Declared::rule)
                        .reduce((earlier, later) -> later);
        if (latest.isPresent() && !rule.effectiveOn().isAfter(latest.get().effectiveOn())) {
            throw new OutageRuleRefused(
                    "effectiveOn",
                    "later",
                    "there is a rule from " + latest.get().effectiveOn() + "; take a later day");
        }
        rules.insert(new OutageRules.Declared(rule, by.value(), null, clock.instant()));
        return rule;
    }

    /**
     * Sets what the assembly decided; the same again, or an older one for the same day, changes nothing. Outages of months that are billed keep what they gave.
     *
     * @throws IllegalArgumentException if there can be no such rule
     */
    @Transactional
    public void adopt(LocalDate effectiveOn, int afterHours, int percent, int resolution) {
        var rule = new OutageRule(effectiveOn, afterHours, percent);
        rules.lock();
        rules.insert(new OutageRules.Declared(rule, null, resolution, clock.instant()));
    }

    /** All rules ever set, in the order in which they take effect. */
    List<OutageRules.Declared> rules() {
        return rules.all();
    }

    /**
     * Gives back what was out in {@code closed} and the months before. Repeating it changes nothing; what is heard later comes
     * with the next month.
     */
    public void credit(YearMonth closed) {
        if (!register.isConstituted()) {
            return;
        }
        Coop coop = register.coop();
        Instant until = coop.startOf(closed.plusMonths(1).atDay(1));
        for (Outage outage : outages.waiting(until, OUTAGES_MAX)) {
            try {
                transaction.executeWithoutResult(status -> credit(coop, outage, until));
            } catch (PlanNotFound | ArithmeticException wrong) {
                // The bill says so too, and does not wait for it; it is tried again with the next.
                log.atWarn()
                        .addKeyValue("attachmentId", outage.attachment())
                        .setCause(wrong)
                        .log("outage not credited");
            }
        }
    }

    private void credit(Coop coop, Outage seen, Instant until) {
        outages.holdSite(seen.site());
        Outage outage = outages.lock(seen);
        Instant known = outage.reckonedUntil();
        Instant from = known == null ? outage.beganAt() : known;
        Instant to = outage.endedAt().isBefore(until) ? outage.endedAt() : until;
        if (!from.isBefore(to)) {
            return; // Another run was first.
        }
        Optional<OutageRule> rule =
                rules.on(coop.dayAt(outage.beganAt()))
                        .filter(each -> each.counts(outage.lasted()) && !isOwnFault(outage));
        if (rule.isPresent()) {
            List<Stretch> counted = outages.counted(outage);
            YearMonth last = YearMonth.from(coop.dayAt(to.minusMillis(1)));
            for (YearMonth month = YearMonth.from(coop.dayAt(from));
                    !month.isAfter(last);
                    month = month.plusMonths(1)) {
                Stretch whole = span(coop, month);
                Optional<Stretch> out = new Stretch(from, to).within(whole);
                if (out.isPresent()) {
                    give(coop, outage, month, whole, out.get(), counted, rule.get());
                }
            }
        }
        outages.reckoned(outage, rule.isPresent(), to);
    }

    /** Whose own node broke had it in their own hands. */
    private boolean isOwnFault(Outage outage) {
        String fault = outage.faultNode();
        if (fault == null) {
            return false;
        }
        NodePlace place = register.placesOf(List.of(fault)).get(fault);
        return place != null && place.owner().equals(outage.member());
    }

    private static Stretch span(Coop coop, YearMonth month) {
        return new Stretch(
                coop.startOf(month.atDay(1)), coop.startOf(month.plusMonths(1).atDay(1)));
    }

    private void give(
            Coop coop,
            Outage outage,
            YearMonth month,
            Stretch whole,
            Stretch out,
            List<Stretch> counted,
            OutageRule rule) {
        for (PayerId payer : payers(coop, outage.site(), out)) {
            Reckoned reckoned =
                    Reckoned.of(
                            rule.percent(),
                            whole.seconds(),
                            out,
                            counted,
                            dues(coop, payer, outage.site(), month));
            if (reckoned.isNothing()) {
                continue;
            }
            var credit =
                    new OutageCredit(
                            UUID.randomUUID(),
                            outage,
                            month,
                            payer,
                            label(coop, outage),
                            reckoned.amount(),
                            reckoned,
                            null);
            outages.insert(credit);
            // The first look at a month counts in it; what came to light later counts now.
            boolean now = !clock.instant().isBefore(span(coop, month.plusMonths(1)).to());
            ledger.post(
                    new Transaction(
                            now ? clock.instant() : whole.to().minusSeconds(1),
                            "credit for outage %s, facts %s"
                                    .formatted(credit.id(), CanonicalJson.sha256(facts(credit))),
                            List.of(
                                    new Posting(
                                            AccountId.unbilled(payer.value()),
                                            AccountId.CREDITED,
                                            credit.amount()))));
            log.atInfo()
                    .addKeyValue("creditId", credit.id())
                    .addKeyValue("attachmentId", outage.attachment())
                    .addKeyValue("month", month)
                    .log("outage credited");
        }
    }

    /** Who paid for the site on any day of the outage. */
    private Set<PayerId> payers(Coop coop, SiteId site, Stretch out) {
        var payers = new LinkedHashSet<PayerId>();
        LocalDate last = coop.dayAt(out.to().minusMillis(1));
        for (LocalDate day = coop.dayAt(out.from()); !day.isAfter(last); day = day.plusDays(1)) {
            payers.addAll(register.payersOf(List.of(site), day).values());
        }
        return payers;
    }

    /** The dues of the site, as they are charged to the payer. */
    private List<Reckoned.Step> dues(Coop coop, PayerId payer, SiteId site, YearMonth month) {
        var steps = new ArrayList<Reckoned.Step>();
        for (Charge charge : rating.charges(payer, month)) {
            if (charge instanceof Charge.Dues dues && dues.key().site().equals(site)) {
                dues.steps()
                        .forEach(step ->
                                steps.add(
                                        new Reckoned.Step(
                                                new Stretch(
                                                        coop.startOf(step.from()),
                                                        coop.startOf(step.to())),
                                                step.monthly())));
            }
        }
        return steps;
    }

    private static String label(Coop coop, Outage outage) {
        return MINUTE.format(LocalDateTime.ofInstant(outage.beganAt(), coop.zone()))
                + " – "
                + MINUTE.format(LocalDateTime.ofInstant(outage.endedAt(), coop.zone()));
    }

    private static Map<String, Object> facts(OutageCredit credit) {
        return Map.of(
                "kind",
                "outage",
                "credit",
                credit.id().toString(),
                "month",
                credit.month().toString(),
                "percent",
                credit.reckoned().percent(),
                "monthSeconds",
                credit.reckoned().monthSeconds(),
                "parts",
                credit.reckoned().parts().stream()
                        .map(part ->
                                Map.of(
                                        "from",
                                        part.from().getEpochSecond(),
                                        "seconds",
                                        part.seconds(),
                                        "monthlyMicro",
                                        part.monthly().microUnits()))
                        .toList());
    }

    /** What a credit rests on; nothing for what is none. */
    public Optional<PostedGrounds> grounds(UUID id) {
        return outages.credit(id).map(credit -> new PostedGrounds(facts(credit), 0));
    }

    /** A credit with all that it takes to come to the same. */
    record Reason(OutageCredit credit, Derivation explanation) {}

    /**
     * Why a credit is what it is.
     *
     * @param payers whose credits may be seen; null for everybody's
     * @throws OutageCreditNotFound if there is none, or it is of none of {@code payers}
     */
    Reason explain(UUID id, @Nullable Collection<PayerId> payers) {
        OutageCredit credit =
                outages.credit(id)
                        .filter(each -> payers == null || payers.contains(each.payer()))
                        .orElseThrow(() -> new OutageCreditNotFound(id));
        Reckoned reckoned = credit.reckoned();
        Coop coop = register.coop();
        return new Reason(
                credit,
                new Derivation(
                        FORMULA,
                        RULE,
                        List.of(
                                new Derivation.Figure(
                                        "percent", String.valueOf(reckoned.percent()), "%"),
                                new Derivation.Figure(
                                        "time out",
                                        String.valueOf(
                                                reckoned.parts().stream()
                                                        .mapToLong(Reckoned.Part::seconds)
                                                        .sum()),
                                        "s"),
                                new Derivation.Figure(
                                        "month", String.valueOf(reckoned.monthSeconds()), "s")),
                        List.of(),
                        reckoned.parts().stream().map(part -> part(coop, reckoned, part)).toList(),
                        Ratio.of(credit.amount()).negated().toString(),
                        MoneyView.of(credit.amount().negated())));
    }

    private static Derivation.Part part(Coop coop, Reckoned reckoned, Reckoned.Part part) {
        Ratio share =
                Ratio.of(part.monthly())
                        .times(
                                Ratio.of(
                                        Math.multiplyExact(part.seconds(), reckoned.percent()),
                                        Math.multiplyExact(
                                                reckoned.monthSeconds(), OutageRule.WHOLE)));
        return new Derivation.Part(
                "%s, %s"
                        .formatted(
                                MINUTE.format(LocalDateTime.ofInstant(part.from(), coop.zone())),
                                Duration.ofSeconds(part.seconds())),
                Ratio.of(part.monthly()).toString(),
                1,
                share.toString());
    }
}
