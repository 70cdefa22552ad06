package org.coopmesh.billing.resolution;

import java.time.Clock;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import org.coopmesh.billing.costshare.CostSharing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.outage.OutageCredits;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.resolution.MoneyResolution.Content;
import org.coopmesh.billing.resolution.MoneyResolution.Kept;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.PayerRegister;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Carries out what the assembly decided about money: once, when it is adopted, with effect from its day. What cannot be carried
 * out then is tried again on its day, and stays in sight with the reason.
 */
@Service
public class CarryingOut {
    private static final Logger log = LoggerFactory.getLogger(CarryingOut.class);

    private final MoneyResolutions resolutions;
    private final Rating rating;
    private final OutageCredits outages;
    private final CostSharing sharing;
    private final PayerRegister register;
    private final Clock clock;

    CarryingOut(
            MoneyResolutions resolutions,
            Rating rating,
            OutageCredits outages,
            CostSharing sharing,
            PayerRegister register,
            Clock clock) {
        this.resolutions = resolutions;
        this.rating = rating;
        this.outages = outages;
        this.sharing = sharing;
        this.register = register;
        this.clock = clock;
    }

    /** Carries it out unless that was done; nothing counts backwards, so what is heard late holds from today. */
    @Transactional
    void carryOut(MoneyResolution resolution) {
        Kept kept = resolutions.lock(resolution, clock.instant());
        if (kept.carriedOutAt() != null) {
            return;
        }
        Optional<String> refused = done(resolution);
        if (refused.isPresent()) {
            resolutions.refused(resolution.proposal(), refused.get());
            log.atWarn()
                    .addKeyValue("proposalId", resolution.proposal())
                    .addKeyValue("why", refused.get())
                    .log("resolution not carried out");
            return;
        }
        resolutions.carriedOut(resolution.proposal(), clock.instant());
        log.atInfo()
                .addKeyValue("proposalId", resolution.proposal())
                .addKeyValue("kind", resolution.kind())
                .log("resolution carried out");
    }

    /** Why it cannot be done; empty where it is. */
    private Optional<String> done(MoneyResolution resolution) {
        Coop coop = register.coop();
        LocalDate today = coop.dayAt(clock.instant());
        LocalDate from =
                resolution.effectiveOn().isBefore(today) ? today : resolution.effectiveOn();
        return switch (resolution.content()) {
            case Content.Dues(String plan, Money monthly) ->
                    other(coop, monthly)
                            .or(() ->
                                    rating.changeDues(
                                            plan,
                                            monthly,
                                            resolution.effectiveOn(),
                                            from,
                                            "resolution " + resolution.number()));
            case Content.Budget(String purpose, Money monthly) -> {
                Optional<String> other = other(coop, monthly);
                if (other.isEmpty()) {
                    // A month that has begun keeps what it had.
                    YearMonth month = YearMonth.from(from);
                    sharing.adoptBudget(
                            purpose,
                            monthly,
                            from.getDayOfMonth() == 1 ? month : month.plusMonths(1),
                            resolution.number());
                }
                yield other;
            }
            case Content.OutageCredit(int hours, int percent) -> {
                outages.adopt(from, hours, percent, resolution.number());
                yield Optional.empty();
            }
        };
    }

    private static Optional<String> other(Coop coop, Money money) {
        return money.currency().equals(coop.currency())
                ? Optional.empty()
                : Optional.of("the co-op's currency is " + coop.currency());
    }

    /** What the assembly decided about money before proposal {@code number}, the newest first. */
    List<Kept> before(int number, int limit) {
        return resolutions.before(number, limit);
    }
}
