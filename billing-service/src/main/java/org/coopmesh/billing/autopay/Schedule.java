package org.coopmesh.billing.autopay;

import java.time.LocalDate;
import java.util.List;
import org.coopmesh.billing.provider.Decline;
import org.jspecify.annotations.Nullable;

/**
 * When it is tried, and when it gives up: a pure function of the days and of what came of the tries before.
 *
 * <pre>
 * days around the last day to pay    -3 ── 1 ── 3 ── 7, then over
 * a no that may pass                 the next of the days
 * the bank wants the payer           over for this invoice
 * the card is of no use              over, and the choice stops
 * </pre>
 *
 * @param days around the last day to pay, ascending
 * @param graceDays how long after giving up nobody is reminded or late
 * @param topUpDays how long after a failed top-up the next is tried, one after the other
 * @param topUpsADay how often a wallet is filled in a day at most
 */
record Schedule(List<Integer> days, int graceDays, List<Integer> topUpDays, int topUpsADay) {
    /** However often it was taken up and came to nothing, then a person looks. */
    static final int TRIES_MAX = 20;

    /** Longer after the last day to pay nothing is let be for autopay's sake. */
    static final int HELD_MAX_DAYS = 30;

    Schedule {
        days = List.copyOf(days);
        topUpDays = List.copyOf(topUpDays);
    }

    /** What comes next for an invoice. */
    sealed interface Next {
        /** It is tried from this day on. */
        record From(LocalDate day) implements Next {}

        /** It was asked for; nobody knows yet. */
        record Asked() implements Next {}

        /** It gave up: the payer pays otherwise, and is reminded like others. */
        record Over(LocalDate on, Why why) implements Next {}
    }

    /** Why it gave up. */
    enum Why {
        /** All days were tried. */
        EXHAUSTED,
        /** The bank wants the payer to confirm. */
        PAYER,
        /** What was saved is of no use. */
        USELESS,
        /** It was taken and went back. */
        WENT_BACK
    }

    /**
     * What comes next for an invoice that is open.
     *
     * @param chosenOn the day on which the payer chose it
     * @param tries of this invoice under this choice, the first first
     */
    Next next(LocalDate dueOn, LocalDate chosenOn, List<Try> tries) {
        int failures = 0;
        Try last = null;
        for (Try each : tries) {
            switch (each.state()) {
                case ASKED -> {
                    return new Next.Asked();
                }
                case TAKEN -> last = each;
                case FAILED -> {
                    failures++;
                    last = each;
                }
                case VOID -> {}
            }
        }
        if (last != null) {
            Why why = why(last);
            if (why != null) {
                return new Next.Over(settled(last), why);
            }
        }
        if (failures >= days.size() || tries.size() >= TRIES_MAX) {
            return new Next.Over(settled(tries.getLast()), Why.EXHAUSTED);
        }
        if (last == null) {
            return new Next.From(later(dueOn.plusDays(days.getFirst()), chosenOn));
        }
        LocalDate scheduled = later(dueOn, chosenOn).plusDays(days.get(failures));
        return new Next.From(later(scheduled, last.askedOn().plusDays(1)));
    }

    private static @Nullable Why why(Try last) {
        if (last.state() == Try.State.TAKEN) {
            return Why.WENT_BACK;
        }
        if (last.decline() == Decline.PAYER) {
            return Why.PAYER;
        }
        return last.decline() == Decline.FINAL ? Why.USELESS : null;
    }

    private static LocalDate settled(Try of) {
        LocalDate on = of.settledOn();
        return on == null ? of.askedOn() : on;
    }

    private static LocalDate later(LocalDate one, LocalDate other) {
        return one.isAfter(other) ? one : other;
    }

    /** Whether nobody is to be reminded of the invoice, or late, because it is being collected or was until just now. */
    boolean holds(Next next, LocalDate dueOn, LocalDate today) {
        if (today.isAfter(dueOn.plusDays(HELD_MAX_DAYS))) {
            return false;
        }
        return switch (next) {
            case Next.From from -> true;
            case Next.Asked asked -> true;
            case Next.Over(LocalDate on, Why why) ->
                    why != Why.WENT_BACK && !today.isAfter(on.plusDays(graceDays));
        };
    }

    /** What comes next for a wallet that is below its floor. */
    sealed interface Fill {
        record Now() implements Fill {}

        record Later() implements Fill {}

        record GiveUp(String why) implements Fill {}
    }

    /**
     * What comes next for a wallet that is below its floor.
     *
     * @param tries of this wallet under this choice, the latest first
     */
    Fill fill(LocalDate today, List<Try> tries) {
        int failures = 0;
        Try failed = null;
        int todays = 0;
        boolean counting = true;
        for (Try each : tries) {
            switch (each.state()) {
                case ASKED -> {
                    return new Fill.Later();
                }
                case TAKEN -> {
                    counting = false;
                    if (each.askedOn().equals(today)) todays++;
                }
                case FAILED -> {
                    if (counting) {
                        failures++;
                        if (failed == null) failed = each;
                    }
                }
                case VOID -> {}
            }
        }
        if (failed != null) {
            if (failed.decline() != Decline.PASSING || failures > topUpDays.size()) {
                return new Fill.GiveUp(String.valueOf(failed.why()));
            }
            LocalDate on = failed.askedOn().plusDays(topUpDays.get(failures - 1));
            return today.isBefore(on) ? new Fill.Later() : new Fill.Now();
        }
        return todays >= topUpsADay ? new Fill.Later() : new Fill.Now();
    }
}
