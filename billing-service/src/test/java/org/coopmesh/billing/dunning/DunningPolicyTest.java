package org.coopmesh.billing.dunning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.coopmesh.billing.dunning.Stage.LAST_REMINDER;
import static org.coopmesh.billing.dunning.Stage.OVERDUE;
import static org.coopmesh.billing.dunning.Stage.REMINDER;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DunningPolicyTest {
    private static final LocalDate DUE = LocalDate.of(2026, 11, 15);
    private static final LocalDate LONG_AGO = LocalDate.of(2026, 1, 1);
    private static final DunningPolicy POLICY = new DunningPolicy(LONG_AGO, -3, 7, 14, false);

    @Test
    void eachStepComesOnItsDay() {
        assertThat(POLICY.next(DUE, Set.of(), DUE.minusDays(4))).isEmpty();
        assertThat(POLICY.next(DUE, Set.of(), DUE.minusDays(3))).contains(REMINDER);
        assertThat(POLICY.next(DUE, Set.of(REMINDER), DUE.plusDays(6))).isEmpty();
        assertThat(POLICY.next(DUE, Set.of(REMINDER), DUE.plusDays(7))).contains(LAST_REMINDER);
        assertThat(POLICY.next(DUE, Set.of(LAST_REMINDER), DUE.plusDays(14))).isEmpty();
        assertThat(POLICY.next(DUE, Set.of(LAST_REMINDER), DUE.plusDays(15))).contains(OVERDUE);
        assertThat(POLICY.next(DUE, Set.of(OVERDUE), DUE.plusDays(400))).isEmpty();
    }

    @Test
    void whatWasMissedIsNotMadeUpForOneByOne() {
        assertThat(POLICY.next(DUE, Set.of(), DUE.plusDays(8))).contains(LAST_REMINDER);
        assertThat(POLICY.next(DUE, Set.of(LAST_REMINDER), DUE.plusDays(8))).isEmpty();
    }

    @Test
    void aPolicyWorksForward() {
        var later = new DunningPolicy(DUE.plusDays(8), -3, 7, 14, false);

        assertThat(later.next(DUE, Set.of(), DUE.plusDays(8))).isEmpty();
        assertThat(later.next(DUE, Set.of(), DUE.plusDays(15))).contains(OVERDUE);
    }

    @Test
    void withoutRemindersThereIsOnlyTheEnd() {
        var bare = new DunningPolicy(LONG_AGO, null, null, 0, false);

        assertThat(bare.next(DUE, Set.of(), DUE)).isEmpty();
        assertThat(bare.next(DUE, Set.of(), DUE.plusDays(1))).contains(OVERDUE);
    }

    @Test
    void aPolicyThatContradictsItselfIsRefused() {
        refused(() -> new DunningPolicy(LONG_AGO, 7, 7, 14, false), "lastAfter", "order");
        refused(() -> new DunningPolicy(LONG_AGO, null, 15, 14, false), "lastAfter", "grace");
        refused(() -> new DunningPolicy(LONG_AGO, -31, null, 14, false), "reminderAfter", "range");
        refused(() -> new DunningPolicy(LONG_AGO, null, null, -1, false), "graceDays", "range");
        refused(() -> new DunningPolicy(LONG_AGO, null, null, 91, false), "graceDays", "range");
    }

    /** However often and on whichever days it is looked: each step once at most, in order, and never on a day before its own. */
    @Property
    void stepsComeOnceAndInOrder(
            @ForAll @IntRange(min = -30, max = 20) int reminder,
            @ForAll @IntRange(min = 1, max = 30) int apart,
            @ForAll @IntRange(min = 0, max = 40) int grace,
            @ForAll List<@IntRange(min = 0, max = 9) Integer> gaps) {
        int last = reminder + apart;
        if (last > grace || reminder > grace) {
            return;
        }
        var policy = new DunningPolicy(LONG_AGO, reminder, last, grace, false);
        LocalDate day = DUE.minusDays(40);
        Set<Stage> taken = EnumSet.noneOf(Stage.class);
        var order = new ArrayList<Stage>();

        for (int gap : gaps) {
            day = day.plusDays(gap);
            LocalDate today = day;
            policy.next(DUE, taken, today)
                    .ifPresent(stage -> {
                        assertThat(policy.day(stage, DUE).orElseThrow()).isBeforeOrEqualTo(today);
                        taken.add(stage);
                        order.add(stage);
                    });
        }

        assertThat(order).doesNotHaveDuplicates().isSorted();
    }

    private static void refused(Runnable making, String field, String rule) {
        assertThatThrownBy(making::run)
                .isInstanceOfSatisfying(
                        DunningRefused.class,
                        refused -> {
                            assertThat(refused.field()).isEqualTo(field);
                            assertThat(refused.rule()).isEqualTo(rule);
                        });
    }
}
