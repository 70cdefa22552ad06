package org.coopmesh.billing.treasury;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.billing.ledger.AccountId.Kind;
import org.coopmesh.billing.ledger.Flow;
import org.coopmesh.billing.ledger.Money;

class OpenBooksTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final List<Kind> OTHERS =
            List.of(Kind.RECEIVABLE, Kind.WALLET, Kind.UNBILLED, Kind.COST_POOL, Kind.RESERVE);

    @Property
    void nothingIsToldThatFewerThanThreeStandBehindNorCanItBeSubtracted(
            @ForAll @Size(max = 5) List<@IntRange(min = 0, max = 9) Integer> payers) {
        var flows = new ArrayList<Flow>();
        for (int i = 0; i < payers.size(); i++) {
            flows.add(flow(OCTOBER, OTHERS.get(i), Kind.BANK, 1L << i, payers.get(i)));
        }

        OpenBooks.months(flows, EUR)
                .forEach(month -> {
                    long told = 0;
                    boolean hidden = false;
                    for (OpenBooks.Row row : month.inByPurpose()) {
                        if (row.amount() == null) {
                            hidden = true;
                            continue;
                        }
                        told += row.amount().microUnits();
                        long most = 0;
                        boolean persons = false;
                        for (int i = 0; i < payers.size(); i++) {
                            if ((row.amount().microUnits() & 1L << i) != 0) {
                                most = Math.max(most, payers.get(i));
                                persons |= payers.get(i) > 0;
                            }
                        }
                        assertThat(!persons || most >= OpenBooks.PAYERS_MIN).isTrue();
                    }
                    if (hidden) {
                        assertThat(month.in()).isNull();
                    } else {
                        assertThat(month.in()).isEqualTo(new Money(told, EUR));
                        assertThat(told).isEqualTo((1L << payers.size()) - 1);
                    }
                });
    }

    @Example
    void betweenBankAndTillNothingComesInOrGoesOut() {
        var month =
                OpenBooks.months(List.of(flow(OCTOBER, Kind.CASH, Kind.BANK, 5, 0)), EUR)
                        .getFirst();

        assertThat(month.in()).isEqualTo(Money.zero(EUR));
        assertThat(month.out()).isEqualTo(Money.zero(EUR));
    }

    @Example
    void runwayIsMoneyByTheAverageOfTheMonthsThatAreOver() {
        var flows =
                List.of(
                        flow(OCTOBER.minusMonths(2), Kind.BANK, Kind.COST_POOL, 100, 0),
                        flow(OCTOBER.minusMonths(1), Kind.BANK, Kind.COST_POOL, 300, 0),
                        flow(OCTOBER, Kind.BANK, Kind.COST_POOL, 900_000, 0));

        assertThat(OpenBooks.runway(new Money(1_550, EUR), flows, OCTOBER))
                .hasValueSatisfying(months -> assertThat(months).isEqualByComparingTo("7.7"));
        assertThat(OpenBooks.runway(new Money(1_550, EUR), List.of(), OCTOBER)).isEmpty();
    }

    private static Flow flow(YearMonth month, Kind from, Kind to, long micro, long payers) {
        return new Flow(month, from, to, new Money(micro, EUR), payers);
    }
}
