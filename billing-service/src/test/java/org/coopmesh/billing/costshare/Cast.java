package org.coopmesh.billing.costshare;

import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntFunction;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/** Participants for tests; the n-th has the id n. */
final class Cast {
    static final Currency EUR = Currency.getInstance("EUR");

    private Cast() {}

    static Money cents(long cents) {
        return new Money(cents * 10_000, EUR);
    }

    static MemberId member(int i) {
        return new MemberId(new UUID(0, i));
    }

    static Participant participant(
            int i, String plan, long bytes, @Nullable Peak peak, List<String> nodes) {
        return new Participant(
                member(i),
                new PayerId(new UUID(1, i)),
                Ratio.ONE,
                Map.of(plan, Ratio.ONE),
                bytes,
                peak,
                nodes);
    }

    static List<Participant> all(int size, IntFunction<Participant> each) {
        var all = new ArrayList<Participant>();
        for (int i = 0; i < size; i++) {
            all.add(each.apply(i));
        }
        return all;
    }

    static List<Participant> used(List<Long> bytes) {
        return all(bytes.size(), i -> participant(i, "home", bytes.get(i), null, List.of()));
    }

    static List<Participant> onPlans(List<String> plans) {
        return all(plans.size(), i -> participant(i, plans.get(i), 0, null, List.of()));
    }

    static List<Ratio> exact(Allocation allocation) {
        var exact = new ArrayList<Ratio>();
        for (int i = 0; i < allocation.amounts().size(); i++) {
            exact.add(allocation.exact(i));
        }
        return exact;
    }

    static List<Long> amountsInCents(Allocation allocation) {
        return allocation.amounts().stream().map(m -> m.microUnits() / 10_000).toList();
    }
}
