package org.coopmesh.billing.autopay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.coopmesh.billing.autopay.Schedule.Fill;
import org.coopmesh.billing.autopay.Schedule.Next;
import org.coopmesh.billing.autopay.Schedule.Why;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.provider.Decline;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final LocalDate DUE = LocalDate.of(2026, 11, 16);
    private static final LocalDate LONG_AGO = LocalDate.of(2026, 1, 1);
    private static final Schedule SCHEDULE =
            new Schedule(List.of(-3, 1, 3, 7), 3, List.of(1, 3, 7), 3);

    @Test
    void itIsTriedOnTheDaysAndThenGivenUp() {
        List<Try> tries = new ArrayList<>();
        var days = new ArrayList<LocalDate>();
        while (SCHEDULE.next(DUE, LONG_AGO, tries) instanceof Next.From(LocalDate day)) {
            days.add(day);
            tries.add(failed(tries.size() + 1, day, Decline.PASSING));
        }

        assertThat(days)
                .containsExactly(
                        DUE.minusDays(3), DUE.plusDays(1), DUE.plusDays(3), DUE.plusDays(7));
        assertThat(SCHEDULE.next(DUE, LONG_AGO, tries))
                .isEqualTo(new Next.Over(DUE.plusDays(7), Why.EXHAUSTED));
    }

    @Test
    void whoChoosesItLateIsTriedAtOnceAndThenByTheSameDistances() {
        LocalDate late = DUE.plusDays(20);

        assertThat(SCHEDULE.next(DUE, late, List.of())).isEqualTo(new Next.From(late));
        assertThat(SCHEDULE.next(DUE, late, List.of(failed(1, late, Decline.PASSING))))
                .isEqualTo(new Next.From(late.plusDays(1)));
    }

    @Test
    void aHardNoEndsItAndSoDoesABankThatWantsThePayer() {
        assertThat(SCHEDULE.next(DUE, LONG_AGO, List.of(failed(1, DUE, Decline.FINAL))))
                .isEqualTo(new Next.Over(DUE, Why.USELESS));
        assertThat(SCHEDULE.next(DUE, LONG_AGO, List.of(failed(1, DUE, Decline.PAYER))))
                .isEqualTo(new Next.Over(DUE, Why.PAYER));
    }

    @Test
    void whatWentBackIsNotTakenAgainAndHoldsNobody() {
        Next next = SCHEDULE.next(DUE, LONG_AGO, List.of(settled(1, DUE, Try.State.TAKEN, null)));

        assertThat(next).isEqualTo(new Next.Over(DUE, Why.WENT_BACK));
        assertThat(SCHEDULE.holds(next, DUE, DUE)).isFalse();
    }

    @Test
    void whatWasDroppedCountsForNothingButNotForEver() {
        var tries = new ArrayList<Try>();
        tries.add(settled(1, DUE, Try.State.VOID, null));
        assertThat(SCHEDULE.next(DUE, LONG_AGO, tries)).isEqualTo(new Next.From(DUE.minusDays(3)));

        while (tries.size() < Schedule.TRIES_MAX) {
            tries.add(settled(tries.size() + 1, DUE, Try.State.VOID, null));
        }
        assertThat(SCHEDULE.next(DUE, LONG_AGO, tries))
                .isEqualTo(new Next.Over(DUE, Why.EXHAUSTED));
    }

    @Test
    void afterGivingUpNobodyIsLateForAFewDays() {
        var over = new Next.Over(DUE.plusDays(7), Why.EXHAUSTED);

        assertThat(SCHEDULE.holds(over, DUE, DUE.plusDays(10))).isTrue();
        assertThat(SCHEDULE.holds(over, DUE, DUE.plusDays(11))).isFalse();
    }

    @Test
    void aWalletIsFilledSoOftenADayAndAfterFailuresMoreSeldom() {
        var fills = new ArrayList<Try>();
        for (int i = 0; i < 3; i++) {
            assertThat(SCHEDULE.fill(DUE, fills)).isInstanceOf(Fill.Now.class);
            fills.addFirst(settled(i + 1, DUE, Try.State.TAKEN, null));
        }
        assertThat(SCHEDULE.fill(DUE, fills)).isInstanceOf(Fill.Later.class);
        fills.addFirst(failed(4, DUE, Decline.PASSING));
        assertThat(SCHEDULE.fill(DUE, fills)).isInstanceOf(Fill.Later.class);
        assertThat(SCHEDULE.fill(DUE.plusDays(1), fills)).isInstanceOf(Fill.Now.class);
        for (int i = 5; i <= 7; i++) fills.addFirst(failed(i, DUE, Decline.PASSING));
        assertThat(SCHEDULE.fill(DUE.plusDays(30), fills)).isInstanceOf(Fill.GiveUp.class);
        fills.set(0, failed(7, DUE, Decline.FINAL));
        assertThat(SCHEDULE.fill(DUE.plusDays(30), fills)).isInstanceOf(Fill.GiveUp.class);
    }

    /** Day by day, whatever the provider says and whoever is away. */
    @Property
    void neverTooOftenNeverTwiceADayNeverAfterTheEndAndNobodyIsLetBeForEver(
            @ForAll("schedules") Schedule schedule,
            @ForAll("answers") List<Integer> answers,
            @ForAll("offsets") int chosen) {
        LocalDate chosenOn = DUE.plusDays(chosen);
        List<Try> tries = new ArrayList<>();
        Next next = schedule.next(DUE, chosenOn, tries);
        boolean ended = false;
        for (int day = -40; day < 120; day++) {
            LocalDate today = DUE.plusDays(day);
            next = schedule.next(DUE, chosenOn, tries);
            if (!(next instanceof Next.From(LocalDate from)) || today.isBefore(from)) continue;
            assertThat(ended).isFalse();
            assertThat(today).isAfterOrEqualTo(chosenOn);
            assertThat(today).isAfterOrEqualTo(DUE.plusDays(schedule.days().getFirst()));
            int answer = answers.get(tries.size() % answers.size());
            int number = tries.size() + 1;
            Try made =
                    switch (answer) {
                        case 0 -> settled(number, today, Try.State.TAKEN, null);
                        case 1 -> failed(number, today, Decline.FINAL);
                        case 2 -> failed(number, today, Decline.PAYER);
                        case 3 -> settled(number, today, Try.State.VOID, null);
                        default -> failed(number, today, Decline.PASSING);
                    };
            ended = answer < 3;
            tries.add(made);
        }

        List<Try> failures =
                tries.stream().filter(each -> each.state() == Try.State.FAILED).toList();
        assertThat(failures).hasSizeLessThanOrEqualTo(schedule.days().size());
        assertThat(failures.stream().map(Try::askedOn).distinct()).hasSameSizeAs(failures);
        assertThat(tries).hasSizeLessThanOrEqualTo(Schedule.TRIES_MAX);
        assertThat(next).isInstanceOf(Next.Over.class);
        assertThat(schedule.holds(next, DUE, DUE.plusDays(Schedule.HELD_MAX_DAYS + 1))).isFalse();
    }

    @Provide
    Arbitrary<Schedule> schedules() {
        Arbitrary<List<Integer>> days =
                Arbitraries.integers()
                        .between(-10, 20)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(6)
                        .uniqueElements()
                        .map(list -> list.stream().sorted().toList());
        return Combinators.combine(days, Arbitraries.integers().between(0, 14))
                .as((list, grace) -> new Schedule(list, grace, List.of(1), 1));
    }

    @Provide
    Arbitrary<List<Integer>> answers() {
        return Arbitraries.integers().between(0, 12).list().ofMinSize(1).ofMaxSize(20);
    }

    @Provide
    Arbitrary<Integer> offsets() {
        return Arbitraries.integers().between(-30, 40);
    }

    private static Try failed(int number, LocalDate on, Decline decline) {
        return settled(number, on, Try.State.FAILED, decline);
    }

    private static Try settled(
            int number, LocalDate on, Try.State state, @Nullable Decline decline) {
        return new Try(
                UUID.randomUUID(),
                UUID.randomUUID(),
                new PayerId(UUID.randomUUID()),
                new InvoiceId(UUID.randomUUID()),
                number,
                Money.parse("12.50", Currency.getInstance("EUR")),
                on,
                state,
                decline,
                "no money",
                on);
    }
}
