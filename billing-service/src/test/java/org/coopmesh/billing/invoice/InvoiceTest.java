package org.coopmesh.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Currency;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.PayerId;
import org.junit.jupiter.api.Test;

class InvoiceTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final LocalDate DUE = LocalDate.of(2026, 11, 15);

    @Test
    void anExactPaymentSettles() {
        var invoice = over("30");

        Invoice.Application result = invoice.apply(euros("30"), DUE);

        assertThat(result.invoice()).isEqualTo(new Invoice.Paid(invoice.heading(), DUE));
        assertThat(result.rest().isZero()).isTrue();
    }

    @Test
    void overpaymentComesBack() {
        Invoice.Application result = over("30").apply(euros("35"), DUE);

        assertThat(result.taken()).isEqualTo(euros("30"));
        assertThat(result.rest()).isEqualTo(euros("5"));
    }

    @Test
    void partOfItIsPartlyPaidAndTheRestSettles() {
        var invoice = over("30");

        var partly = (Invoice.PartlyPaid) invoice.apply(euros("10"), DUE).invoice();
        Invoice.Application rest = partly.apply(euros("20"), DUE);

        assertThat(partly.open()).isEqualTo(euros("20"));
        assertThat(rest.invoice()).isInstanceOf(Invoice.Paid.class);
    }

    @Test
    void itIsOverdueFromTheDayAfterTheLastDayToPay() {
        var invoice = over("30");

        assertThat(invoice.fallDue(DUE)).isEmpty();
        assertThat(invoice.fallDue(DUE.plusDays(40)))
                .contains(new Invoice.Overdue(invoice.heading(), euros("0"), DUE.plusDays(1)));
    }

    @Test
    void anOverdueInvoicePaidInPartStaysOverdueSinceThen() {
        Invoice.Overdue overdue = over("30").fallDue(DUE.plusDays(1)).orElseThrow();

        Invoice.Application result = overdue.apply(euros("29.99"), DUE.plusDays(9));

        assertThat(result.invoice())
                .isEqualTo(new Invoice.Overdue(overdue.heading(), euros("29.99"), DUE.plusDays(1)));
    }

    @Test
    void whatGoesBackAfterTheLastDayToPayIsToBePaidOnTheDayItIsOpenedAgain() {
        Invoice paid = over("30").apply(euros("30"), DUE).invoice();

        Invoice back = paid.giveBack(euros("20"), DUE.plusDays(50));

        assertThat(back)
                .isEqualTo(new Invoice.PartlyPaid(paid.heading(), euros("10"), DUE.plusDays(50)));
        assertThat(((Invoice.Running) back).fallDue(DUE.plusDays(50))).isEmpty();
        assertThat(((Invoice.Running) back).fallDue(DUE.plusDays(60)))
                .contains(new Invoice.Overdue(paid.heading(), euros("10"), DUE.plusDays(51)));
        assertThat(paid.giveBack(euros("30"), DUE.minusDays(1)))
                .isEqualTo(new Invoice.Issued(paid.heading()));
    }

    @Test
    void anotherLastDayToPayIsNotBeforeTheOneAsIssuedAndWhatWasOverdueIsSoNoLonger() {
        Invoice.Owing overdue =
                new Invoice.Overdue(over("12.50").heading(), euros("2.50"), DUE.plusDays(1));

        assertThat(overdue.toBePaidBy(DUE.plusDays(40)))
                .isEqualTo(
                        new Invoice.PartlyPaid(overdue.heading(), euros("2.50"), DUE.plusDays(40)));
        assertThat(overdue.toBePaidBy(DUE.minusDays(9)).payBy()).isEqualTo(DUE);
        assertThat(overdue.toBePaidBy(DUE.plusDays(40)).toBePaidBy(DUE.plusDays(10)).payBy())
                .isEqualTo(DUE.plusDays(10));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> over("0"));
        assertThatIllegalArgumentException().isThrownBy(() -> over("1.005"));
        assertThatIllegalArgumentException().isThrownBy(() -> over("30").apply(euros("0"), DUE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Invoice.PartlyPaid(over("30").heading(), euros("30"), DUE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Invoice.Issued(over("30").heading(), DUE.minusDays(1)));
    }

    private static Invoice.Issued over(String total) {
        return new Invoice.Issued(
                new Invoice.Heading(
                        new InvoiceId(UUID.randomUUID()),
                        "2026-000001",
                        new PayerId(UUID.randomUUID()),
                        YearMonth.of(2026, 10),
                        DUE.minusDays(14),
                        DUE,
                        euros(total)));
    }

    private static Money euros(String decimal) {
        return Money.parse(decimal, EUR);
    }
}
