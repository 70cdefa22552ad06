package org.coopmesh.billing.instalment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.coopmesh.billing.instalment.InstalmentPlan.Asked;
import org.coopmesh.billing.instalment.InstalmentPlan.Heading;
import org.coopmesh.billing.instalment.InstalmentPlan.Next;
import org.coopmesh.billing.instalment.InstalmentPlan.Review;
import org.coopmesh.billing.instalment.InstalmentPlan.Running;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.junit.jupiter.api.Test;

class InstalmentPlanTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final LocalDate FIRST = LocalDate.of(2026, 12, 1);

    @Property
    void partsSumToWhatIsOpenAndDifferByACentAtMost(
            @ForAll @LongRange(min = 120_000, max = 9_000_000_000_000L) long micro,
            @ForAll @IntRange(min = 2, max = 12) int count) {
        var open = new Money(micro, EUR);

        List<Instalment> parts = InstalmentPlan.split(open, days(count));

        assertThat(parts.stream().map(Instalment::amount).reduce(Money::plus)).contains(open);
        assertThat(parts).extracting(Instalment::dueOn).isEqualTo(days(count));
        assertThat(parts.subList(0, count - 1)).allMatch(part -> part.amount().isWholeMinor());
        Money rest = open.minus(open.wholeMinor());
        Money last = parts.getLast().amount().minus(rest);
        assertThat(last.isWholeMinor()).isTrue();
        Money most = parts.getFirst().amount();
        assertThat(most.minus(last)).isBetween(euros("0"), euros("0.01"));
    }

    @Test
    void theFirstPartsCarryTheOddCentsAndTheLastWhatIsLessThanOne() {
        assertThat(InstalmentPlan.split(new Money(100_003_000, EUR), days(3)))
                .extracting(part -> part.amount().decimal())
                .containsExactly("33.34", "33.33", "33.333");
    }

    @Test
    void lessThanACentForEachIsRefused() {
        refused(() -> InstalmentPlan.split(euros("0.02"), days(3)), "days", "amount");
        refused(() -> InstalmentPlan.split(euros("0"), days(2)), "days", "amount");
    }

    /** Paid so far, whenever and however it came, against the parts whose day has passed: nothing else decides. */
    @Property
    void itGoesOnAsLongAsWhatFellDueIsPaid(
            @ForAll @IntRange(min = 2, max = 12) int count,
            @ForAll @LongRange(min = 0, max = 12_000) long paidCents,
            @ForAll @IntRange(min = -40, max = 500) int passed,
            @ForAll @IntRange(min = 0, max = 90) int grace) {
        Running plan = agreed("120", count);
        Money open = euros("120").minus(new Money(paidCents * 10_000, EUR));
        LocalDate today = FIRST.plusDays(passed);
        LocalDate dueBefore = today.minusDays(grace);

        Review review = plan.review(open, null, Optional.of(dueBefore));

        Money due =
                plan.parts().stream()
                        .filter(part -> part.dueOn().plusDays(grace).isBefore(today))
                        .map(Instalment::amount)
                        .reduce(euros("0"), Money::plus);
        Money paid = euros("120").minus(open);
        if (open.isZero()) {
            assertThat(review).isEqualTo(new Review.Kept());
        } else if (due.exceeds(paid)) {
            assertThat(review).isInstanceOf(Review.Missed.class);
            LocalDate day = ((Review.Missed) review).day();
            assertThat(plan.parts()).extracting(Instalment::dueOn).contains(day);
            Money before =
                    plan.parts().stream()
                            .filter(part -> part.dueOn().isBefore(day))
                            .map(Instalment::amount)
                            .reduce(euros("0"), Money::plus);
            assertThat(before.exceeds(paid)).as("an earlier part is missing too").isFalse();
        } else {
            assertThat(review).isEqualTo(new Review.GoesOn());
        }
    }

    @Test
    void moreThanIsDueCountsTowardsTheNextParts() {
        Running plan = agreed("120", 4);

        assertThat(plan.next(euros("120"))).contains(new Next(1, 4, FIRST, euros("30")));
        assertThat(plan.next(euros("75")))
                .contains(new Next(2, 4, FIRST.plusMonths(1), euros("15")));
        assertThat(plan.review(euros("60"), null, Optional.of(FIRST.plusMonths(2))))
                .isEqualTo(new Review.GoesOn());
        assertThat(plan.next(euros("0"))).isEmpty();
    }

    @Test
    void whatWentBackIsOwedFromThatDay() {
        Running plan = agreed("120", 4);
        LocalDate back = FIRST.plusMonths(2).plusDays(10);

        assertThat(plan.review(euros("90"), back, Optional.of(back)))
                .isEqualTo(new Review.GoesOn());
        assertThat(plan.review(euros("90"), back, Optional.of(back.plusDays(1))))
                .isEqualTo(new Review.Missed(back));
    }

    @Test
    void whatIsOpenBeyondTheAgreementWasNeverPutOff() {
        Running plan = agreed("120", 4);
        LocalDate back = FIRST.minusDays(10);

        assertThat(plan.settled(euros("150"))).isEqualTo(euros("-30"));
        assertThat(plan.next(euros("150"))).contains(new Next(1, 4, FIRST, euros("60")));
        assertThat(plan.review(euros("150"), back, Optional.of(back.plusDays(1))))
                .isEqualTo(new Review.Missed(back));
    }

    @Test
    void nothingIsMissedWhileNobodySaysWhatIsDue() {
        Running plan = agreed("120", 4);

        assertThat(plan.review(euros("120"), null, Optional.empty()))
                .isEqualTo(new Review.GoesOn());
    }

    @Test
    void aPlanThatCannotBeIsRefusedByFieldAndRule() {
        refused(() -> heading(days(1), 1), "days", "count");
        refused(() -> heading(days(13), 1), "days", "count");
        refused(() -> heading(List.of(FIRST, FIRST), 1), "days", "order");
        refused(() -> heading(List.of(FIRST, FIRST.minusDays(1)), 1), "days", "order");
        refused(() -> heading(days(2), 0), "invoiceIds", "count");
        refused(() -> heading(days(2), 25), "invoiceIds", "count");
        refused(
                () -> new Asked(heading(days(2), 1)).agree(euros("10"), FIRST.plusDays(1)),
                "days",
                "past");
        refused(
                () ->
                        new Asked(heading(List.of(FIRST, FIRST.plusYears(2).plusDays(1)), 1))
                                .agree(euros("10"), FIRST),
                "days",
                "range");
        InvoiceId same = new InvoiceId(UUID.randomUUID());
        refused(
                () ->
                        new Heading(
                                UUID.randomUUID(),
                                0,
                                new PayerId(UUID.randomUUID()),
                                List.of(same, same),
                                days(2)),
                "invoiceIds",
                "count");
    }

    private static void refused(Runnable what, String field, String rule) {
        assertThatThrownBy(what::run)
                .isInstanceOfSatisfying(
                        InstalmentRefused.class,
                        refused -> {
                            assertThat(refused.field()).isEqualTo(field);
                            assertThat(refused.rule()).isEqualTo(rule);
                        });
    }

    private static Running agreed(String open, int count) {
        return new Asked(heading(days(count), 1)).agree(euros(open), FIRST);
    }

    private static Heading heading(List<LocalDate> days, int invoices) {
        return new Heading(
                UUID.randomUUID(),
                0,
                new PayerId(UUID.randomUUID()),
                IntStream.range(0, invoices)
                        .mapToObj(i -> new InvoiceId(UUID.randomUUID()))
                        .toList(),
                days);
    }

    private static List<LocalDate> days(int count) {
        return IntStream.range(0, count).mapToObj(FIRST::plusMonths).toList();
    }

    private static Money euros(String amount) {
        return Money.parse(amount, EUR);
    }
}
