package org.coopmesh.billing.settlement;

import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.CanonicalJson;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Posting;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.metering.Carriage;
import org.coopmesh.billing.metering.Metering;
import org.coopmesh.billing.metering.UsageKept;
import org.coopmesh.billing.settlement.Reciprocity.Traffic;
import org.coopmesh.billing.settlement.SettlementEntries.Charged;
import org.coopmesh.billing.settlement.SettlementEntries.Entry;
import org.coopmesh.billing.settlement.SettlementEntries.Month;
import org.coopmesh.billing.settlement.SettlementEntries.Span;
import org.coopmesh.billing.settlement.SettlementTerms.Price;
import org.coopmesh.billing.settlement.SettlementTerms.Terms;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.NodePlace;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * What payers owe each other: carriage at a price, charged each hour, and reciprocity, settled each month. Only bytes to and
 * from the Internet count, as far as metering credits them; local traffic is free. Where nobody pays for one of two sites,
 * nothing is settled between them.
 */
@Service
@EnableConfigurationProperties(SettlementSettings.class)
public class Settling {
    /** Hours charged in one go; the next go takes the rest. */
    private static final int HOURS_MAX = 1_000;

    private static final String PAID = "carriage-paid";
    private static final String EARNED = "carriage-earned";
    private static final String CARRIAGE_FORMULA = "carriage.v1";
    private static final String CARRIAGE_RULE =
            "sum over nodes and prices of bytes × price ÷ 10⁹, each month's sum rounded down to 10⁻⁶";

    /** In place of a position: who is not among them, and is charged nothing. */
    private static final int GONE = -2;

    private static final Logger log = LoggerFactory.getLogger(Settling.class);

    private final SettlementTerms terms;
    private final SettlementEntries entries;
    private final Metering metering;
    private final UsageKept kept;
    private final PayerRegister register;
    private final Ledger ledger;
    private final SettlementSettings settings;
    private final JsonMapper json;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Settling(
            SettlementTerms terms,
            SettlementEntries entries,
            Metering metering,
            UsageKept kept,
            PayerRegister register,
            Ledger ledger,
            SettlementSettings settings,
            JsonMapper json,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.terms = terms;
        this.entries = entries;
        this.metering = metering;
        this.kept = kept;
        this.register = register;
        this.ledger = ledger;
        this.settings = settings;
        this.json = json;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.clock = clock;
    }

    /** An entry with all that it takes to come to the same. */
    record Reason(Entry entry, Derivation explanation) {}

    /**
     * Declares by what is settled from a month on.
     *
     * @throws SettlementRefused if the month is not one to come, or terms for it or a later one were declared
     */
    @Transactional
    Terms declare(Terms declared, MemberId by) {
        YearMonth now = YearMonth.from(register.coop().dayAt(clock.instant()));
        terms.lock();
        if (!declared.first().isAfter(now)) {
            throw new SettlementRefused(
                    "month-begun", "terms never change backwards; take a month to come");
        }
        Optional<Terms> latest = terms.all().stream().reduce((earlier, later) -> later);
        if (latest.isPresent() && !declared.first().isAfter(latest.get().first())) {
            throw new SettlementRefused(
                    "terms-exist", "terms were declared for " + latest.get().first());
        }
        terms.insert(declared, by, clock.instant());
        return declared;
    }

    /** All terms ever declared, in the order in which they take effect. */
    List<Terms> terms() {
        return terms.all();
    }

    /**
     * Says what the owner of a node asks for carriage, from the next full hour on.
     *
     * @throws SettlementRefused if the node is not the caller's, or more is asked than the co-op's ceiling
     */
    @Transactional
    Price ask(String nodeId, Money perGb, MemberId by) {
        NodePlace place = register.placesOf(List.of(nodeId)).get(nodeId);
        if (place == null || !place.owner().equals(by)) {
            throw new SettlementRefused("not-the-owner", "who owns the node sets its price");
        }
        Instant from = clock.instant().truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
        Money ceiling =
                inForce(YearMonth.from(register.coop().dayAt(from)))
                        .map(Terms::ceilingPerGb)
                        .orElse(Money.zero(perGb.currency()));
        if (perGb.exceeds(ceiling)) {
            throw new SettlementRefused("above-ceiling", "the ceiling is " + ceiling + " per GB");
        }
        var price = new Price(nodeId, from, perGb);
        terms.ask(price, by, clock.instant());
        return price;
    }

    /** What each node asks now, or is to ask from the next hour on; those after {@code after}, by id. */
    List<Price> prices(String after, int limit) {
        return terms.prices(
                clock.instant().truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS),
                after,
                limit);
    }

    private Optional<Terms> inForce(YearMonth month) {
        return terms.all().stream()
                .filter(each -> !each.first().isAfter(month))
                .reduce((earlier, later) -> later);
    }

    /** Charges the carriage of every hour that is settled and was not charged yet, each in a transaction of its own. */
    void chargeHours() {
        if (!register.isConstituted()) {
            return;
        }
        Coop coop = register.coop();
        Optional<Instant> first =
                terms.all().stream()
                        .filter(each -> each.ceilingPerGb().isPositive())
                        .findFirst()
                        .map(each ->
                                coop.startOf(each.first().atDay(1)).truncatedTo(ChronoUnit.HOURS));
        Instant until = metering.settledUntil();
        if (first.isEmpty() || !first.get().isBefore(until)) {
            return;
        }
        // Seen by the transactions of the hours, also where the caller has one under way.
        transaction.executeWithoutResult(status -> entries.begin(first.get()));
        for (int i = 0; i < HOURS_MAX; i++) {
            Boolean more =
                    transaction.execute(status -> {
                        Instant hour = entries.lockProgress();
                        if (!hour.isBefore(until)) {
                            return false;
                        }
                        charge(coop, hour);
                        entries.progress(hour.plus(1, ChronoUnit.HOURS));
                        return true;
                    });
            if (!Boolean.TRUE.equals(more)) {
                return;
            }
        }
    }

    /** Charges what the hour's carriage comes to beyond what was charged of it before. */
    private void charge(Coop coop, Instant hour) {
        YearMonth month = YearMonth.from(coop.dayAt(hour));
        Optional<Terms> inForce = inForce(month);
        if (inForce.isEmpty()) {
            return;
        }
        Map<String, Money> prices = terms.pricesAt(hour);
        List<Charged> before = entries.charged(hour);
        if (prices.isEmpty() && before.isEmpty()) {
            return;
        }
        List<Carriage> found = metering.carriage(hour, hour.plus(1, ChronoUnit.HOURS));
        record Pair(String node, SiteId site) {}
        Map<Pair, Charged> known = new LinkedHashMap<>();
        before.forEach(each -> known.put(new Pair(each.node(), each.site()), each));
        Map<Pair, Long> now = new LinkedHashMap<>();
        var sites = new HashSet<SiteId>();
        Map<String, SiteId> homes = new HashMap<>();
        for (Carriage carriage : found) {
            for (Carriage.Carried carried : carriage.carried()) {
                var pair = new Pair(carried.carrier().hex(), carried.consumer());
                now.merge(pair, carried.creditedInternet(), Math::addExact);
                homes.put(pair.node(), carried.site());
                sites.add(carried.site());
                sites.add(carried.consumer());
            }
        }
        known.keySet()
                .forEach(pair -> {
                    now.putIfAbsent(pair, 0L);
                    sites.add(pair.site());
                });
        var places = register.placesOf(known.keySet().stream().map(Pair::node).distinct().toList());
        places.forEach((node, place) -> {
            if (homes.putIfAbsent(node, place.site()) == null) {
                sites.add(place.site());
            }
        });
        Map<SiteId, PayerId> payers = register.payersOf(sites, coop.dayAt(hour));
        record Change(
                Pair pair, PayerId payer, PayerId carrier, Money price, long before, long now) {}
        var changes = new ArrayList<Change>();
        now.forEach((pair, bytes) -> {
            Charged earlier = known.get(pair);
            SiteId home = homes.get(pair.node());
            PayerId payer = payers.get(pair.site());
            PayerId carrier = home == null ? null : payers.get(home);
            Money asked = prices.get(pair.node());
            Money price =
                    earlier != null
                            ? earlier.price()
                            : asked == null
                                    ? Money.zero(coop.currency())
                                    : HopPrice.underCeiling(asked, inForce.get().ceilingPerGb());
            long counted = earlier == null ? 0 : earlier.bytes();
            if (payer != null
                    && carrier != null
                    && !payer.equals(carrier)
                    && price.isPositive()
                    && counted != bytes) {
                changes.add(new Change(pair, payer, carrier, price, counted, bytes));
            }
        });
        // Whoever draws up a bill holds the same accounts, so what is on it does not grow
        // meanwhile.
        ledger.hold(
                changes.stream()
                        .flatMap(change -> Stream.of(change.payer(), change.carrier()))
                        .distinct()
                        .map(payer -> AccountId.unbilled(payer.value()))
                        .toList(),
                coop.currency());
        var postings = new ArrayList<Posting>();
        for (Change change : changes) {
            String node = change.pair().node();
            SiteId site = change.pair().site();
            long total =
                    entries.charged(
                            month, node, site, change.payer(), change.carrier(), change.price());
            // What was charged to somebody who paid for the site then stays with them.
            long bytes = Math.max(change.now() - change.before(), -total);
            Money due = HopPrice.due(change.price(), total, Math.addExact(total, bytes));
            entries.count(hour, node, site, change.price(), change.now());
            entries.total(
                    month,
                    node,
                    site,
                    change.payer(),
                    change.carrier(),
                    change.price(),
                    Math.addExact(total, bytes));
            var span = new Span(node, site, change.price(), total, Math.addExact(total, bytes));
            entries.grow(month, change.payer(), PAID, change.carrier(), span, due);
            entries.grow(month, change.carrier(), EARNED, change.payer(), span, due.negated());
            if (!due.isZero()) {
                postings.add(
                        Posting.signed(
                                AccountId.unbilled(change.carrier().value()),
                                AccountId.unbilled(change.payer().value()),
                                due));
            }
        }
        ledger.postInParts(hour, "carriage in the hour from " + hour, postings);
    }

    /**
     * Settles {@code closed}: charges what its hours, and those of the closed months that are still corrected, came to by
     * now, and settles reciprocity for these months. Repeating it changes nothing; what came to light since is posted as a
     * difference.
     */
    public void settle(YearMonth closed) {
        try {
            settleMonths(closed);
        } catch (ArithmeticException tooLarge) {
            // Bills do not wait for it; it is tried again with the next.
            log.atWarn().addKeyValue("month", closed).setCause(tooLarge).log("month not settled");
        }
    }

    private void settleMonths(YearMonth closed) {
        chargeHours();
        for (YearMonth month = closed.minusMonths(settings.correctMonths());
                !month.isAfter(closed);
                month = month.plusMonths(1)) {
            Optional<Terms> inForce = inForce(month);
            // What was forgotten since is not what was not carried.
            if (inForce.isEmpty()
                    || register.coop().startOf(month.atDay(1)).isBefore(kept.hoursSince())) {
                continue;
            }
            if (inForce.get().ceilingPerGb().isPositive() && month.isBefore(closed)) {
                recharge(month);
            }
            if (inForce.get().ratePerGb().isPositive()) {
                reciprocate(month, closed, inForce.get().ratePerGb());
            }
        }
    }

    /** Looks once more at every hour of a month that was charged. */
    private void recharge(YearMonth month) {
        Coop coop = register.coop();
        Instant from = coop.startOf(month.atDay(1)).truncatedTo(ChronoUnit.HOURS);
        Instant to = coop.startOf(month.plusMonths(1).atDay(1)).truncatedTo(ChronoUnit.HOURS);
        for (Instant hour = from; hour.isBefore(to); hour = hour.plus(1, ChronoUnit.HOURS)) {
            Instant one = hour;
            transaction.executeWithoutResult(status -> {
                if (entries.isBegun() && one.isBefore(entries.lockProgress())) {
                    charge(coop, one);
                }
            });
        }
    }

    private void reciprocate(YearMonth month, YearMonth closed, Money rate) {
        Optional<Month> seen = entries.latest(month);
        if (seen.isPresent() && !seen.get().lookedWith().isBefore(closed)) {
            return;
        }
        List<Traffic> traffic = traffic(month);
        transaction.executeWithoutResult(status -> {
            terms.lock();
            Optional<Month> before = entries.latest(month);
            if (before.isPresent() && !before.get().lookedWith().isBefore(closed)) {
                return;
            }
            reciprocate(month, closed, rate, traffic, before);
        });
    }

    private void reciprocate(
            YearMonth month,
            YearMonth closed,
            Money rate,
            List<Traffic> traffic,
            Optional<Month> before) {
        Money zero = Money.zero(rate.currency());
        Reciprocity settled = Reciprocity.of(rate, traffic);
        var charged = new LinkedHashMap<PayerId, Money>();
        before.ifPresent(revision -> {
            for (Entry entry : entries.of(revision.id())) {
                charged.put(entry.payer(), entry.amount());
            }
        });
        var made = UUID.randomUUID();
        var rows = new ArrayList<Entry>();
        for (int i = 0; i < traffic.size(); i++) {
            PayerId payer = traffic.get(i).payer();
            Money amount = settled.transfers().get(i).negated();
            Money known = charged.getOrDefault(payer, zero);
            charged.remove(payer);
            rows.add(entry(made, month, payer, i, amount, amount.minus(known)));
        }
        charged.forEach((payer, known) -> {
            if (!known.isZero()) {
                rows.add(entry(made, month, payer, -1, zero, known.negated()));
            }
        });
        if (before.isPresent() && rows.stream().allMatch(row -> row.posted().isZero())) {
            entries.lookedWith(before.get().id(), closed);
            return;
        }
        int revision = before.map(Month::revision).orElse(0) + 1;
        var settledMonth = new Month(made, month, revision, clock.instant(), closed, rate);
        entries.insert(settledMonth, json.writeValueAsString(traffic), rows);
        Coop coop = register.coop();
        ledger.postInParts(
                revision == 1
                        ? coop.startOf(month.plusMonths(1).atDay(1)).minusSeconds(1)
                        : clock.instant(),
                "reciprocity for %s, revision %d, facts %s"
                        .formatted(
                                month,
                                revision,
                                CanonicalJson.sha256(grounds(settledMonth, traffic))),
                rows.stream()
                        .filter(row -> !row.posted().isZero())
                        .sorted(Comparator.comparing(row -> row.payer().toString()))
                        .map(row ->
                                Posting.signed(
                                        AccountId.SETTLEMENT,
                                        AccountId.unbilled(row.payer().value()),
                                        row.posted()))
                        .toList());
        log.atInfo()
                .addKeyValue("month", month)
                .addKeyValue("revision", revision)
                .addKeyValue("payers", rows.size())
                .log("reciprocity settled");
    }

    private static Entry entry(
            UUID revision, YearMonth month, PayerId payer, int i, Money amount, Money posted) {
        return new Entry(
                UUID.randomUUID(), "reciprocity", month, payer, revision, i, amount, posted);
    }

    /** What each payer's sites carried and originated in the month, in the order of payers' ids: it settles ties. */
    private List<Traffic> traffic(YearMonth month) {
        Coop coop = register.coop();
        Instant from = coop.startOf(month.atDay(1)).truncatedTo(ChronoUnit.HOURS);
        Instant to = coop.startOf(month.plusMonths(1).atDay(1)).truncatedTo(ChronoUnit.HOURS);
        var carried = new TreeMap<PayerId, Long>(Comparator.comparing(PayerId::value));
        var originated = new TreeMap<PayerId, Long>(Comparator.comparing(PayerId::value));
        for (Instant hour = from; hour.isBefore(to); hour = hour.plus(1, ChronoUnit.HOURS)) {
            for (Carriage carriage : metering.carriage(hour, hour.plus(1, ChronoUnit.HOURS))) {
                var sites = new HashSet<SiteId>();
                carriage.carried()
                        .forEach(each -> {
                            sites.add(each.site());
                            sites.add(each.consumer());
                        });
                Map<SiteId, PayerId> payers = register.payersOf(sites, coop.dayAt(hour));
                Map<SiteId, Long> carriedFor = new HashMap<>();
                for (Carriage.Carried each : carriage.carried()) {
                    PayerId carrier = payers.get(each.site());
                    PayerId consumer = payers.get(each.consumer());
                    if (carrier != null && consumer != null && !carrier.equals(consumer)) {
                        carried.merge(carrier, each.creditedInternet(), Math::addExact);
                        carriedFor.merge(each.consumer(), each.creditedInternet(), Math::addExact);
                    }
                }
                for (Carriage.Originated each : carriage.originated()) {
                    PayerId payer = payers.get(each.site());
                    long byOthers = carriedFor.getOrDefault(each.site(), 0L);
                    if (payer != null && byOthers > 0) {
                        originated.merge(
                                payer, Math.min(each.internet(), byOthers), Math::addExact);
                    }
                }
            }
        }
        var all = new TreeMap<PayerId, Long>(carried);
        originated.forEach(all::putIfAbsent);
        return all.keySet().stream()
                .map(payer ->
                        new Traffic(
                                payer,
                                carried.getOrDefault(payer, 0L),
                                originated.getOrDefault(payer, 0L)))
                .toList();
    }

    /** The entries of a month from {@code after} on, by id; where {@code payers} is not null, only theirs. */
    List<Entry> entries(
            YearMonth month,
            @Nullable Collection<PayerId> payers,
            @Nullable UUID after,
            int limit) {
        return entries.list(month, payers, after, limit);
    }

    /**
     * One entry, recomputed from what was kept with it.
     *
     * @throws SettlementNotFound if there is none, or {@code payers} are given and it is none of theirs
     */
    Reason explain(UUID id, @Nullable Collection<PayerId> payers) {
        Entry entry =
                entries.find(id)
                        .filter(each -> payers == null || payers.contains(each.payer()))
                        .orElseThrow(() -> new SettlementNotFound(id));
        UUID revision = entry.revision();
        if (revision != null) {
            Month month = entries.month(revision);
            List<Traffic> traffic = traffic(revision);
            return new Reason(
                    entry,
                    entry.participant() < 0
                            ? Reciprocity.of(
                                            month.rate(), List.of(new Traffic(entry.payer(), 0, 0)))
                                    .explain(0)
                            : Reciprocity.of(month.rate(), traffic).explain(entry.participant()));
        }
        List<SettlementEntries.Part> parts = entries.parts(id);
        return new Reason(
                entry,
                new Derivation(
                        CARRIAGE_FORMULA,
                        CARRIAGE_RULE,
                        List.of(),
                        List.of(),
                        parts.stream()
                                .map(part ->
                                        new Derivation.Part(
                                                part.node()
                                                        + ": "
                                                        + part.bytes()
                                                        + " byte at "
                                                        + part.price().decimal()
                                                        + " per GB",
                                                Ratio.of(part.amount()).toString(),
                                                1,
                                                Ratio.of(part.amount()).toString()))
                                .toList(),
                        Ratio.of(entry.amount()).toString(),
                        org.coopmesh.billing.ledger.MoneyView.of(entry.amount())));
    }

    /**
     * What a posted entry rests on; nothing for what was not posted here, nor for carriage of which not all was kept that it
     * takes.
     */
    public Optional<PostedGrounds> grounds(UUID id) {
        return entries.find(id)
                .flatMap(entry ->
                        entry.revision() == null
                                ? Optional.ofNullable(carriage(List.of(id)).get(id))
                                : Optional.of(reciprocity(entry, entry.revision())));
    }

    private PostedGrounds reciprocity(Entry entry, UUID revision) {
        Month month = entries.month(revision);
        List<Traffic> traffic = traffic(revision);
        var fields = new TreeMap<String, Object>();
        fields.put("kind", "reciprocity");
        fields.put("now", grounds(month, traffic));
        fields.put("place", place(traffic, entry.payer()));
        entries.before(month)
                .ifPresent(before -> {
                    List<Traffic> earlier = traffic(before.id());
                    fields.put("before", grounds(before, earlier));
                    fields.put("placeBefore", place(earlier, entry.payer()));
                });
        return new PostedGrounds(fields, traffic.size() - 1);
    }

    private List<Traffic> traffic(UUID revision) {
        return List.of(json.readValue(entries.facts(revision), Traffic[].class));
    }

    private static int place(List<Traffic> traffic, PayerId payer) {
        for (int i = 0; i < traffic.size(); i++) {
            if (traffic.get(i).payer().equals(payer)) {
                return i;
            }
        }
        return GONE;
    }

    private static Map<String, Object> grounds(Month month, List<Traffic> traffic) {
        return Map.of(
                "month",
                month.month().toString(),
                "revision",
                month.revision(),
                "ratePerGbMicro",
                month.rate().microUnits(),
                "minorDigits",
                month.rate().currency().getDefaultFractionDigits(),
                "payers",
                traffic.stream()
                        .map(each ->
                                Map.of(
                                        "carried", each.carriedBytes(),
                                        "originated", each.originatedBytes()))
                        .toList());
    }

    private static PostedGrounds carriage(Entry entry, List<Span> spans) {
        var places = new HashMap<SiteId, Integer>();
        return new PostedGrounds(
                Map.of(
                        "kind",
                        "carriage",
                        "paid",
                        entry.kind().equals(PAID),
                        "month",
                        entry.month().toString(),
                        "spans",
                        spans.stream()
                                .map(span ->
                                        Map.of(
                                                "node",
                                                span.node(),
                                                "site",
                                                places.computeIfAbsent(
                                                        span.site(), s -> places.size()),
                                                "perGbMicro",
                                                span.price().microUnits(),
                                                "before",
                                                span.before(),
                                                "after",
                                                span.after()))
                                .toList()),
                0);
    }

    /**
     * What entries of carriage rest on, by entry. They grow hour by hour, so the book says nothing of it before a bill takes
     * them. One of which not all was kept is left out, as is reciprocity.
     */
    public Map<UUID, PostedGrounds> carriage(Collection<UUID> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        Map<UUID, List<Span>> spans = entries.spans(ids);
        var grounds = new HashMap<UUID, PostedGrounds>();
        for (Entry entry : entries.find(ids)) {
            List<Span> of = spans.get(entry.id());
            if (of != null) {
                grounds.put(entry.id(), carriage(entry, of));
            }
        }
        return grounds;
    }
}
