package org.coopmesh.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.coopmesh.billing.invoice.PaymentReference.Belgian;
import org.coopmesh.billing.invoice.PaymentReference.Creditor;
import org.coopmesh.billing.invoice.PaymentReference.Kind;
import org.junit.jupiter.api.Test;

class PaymentReferenceTest {
    private static final String NUMBER = "2026-000123";
    private static final PaymentReference OURS = PaymentReference.creditor(NUMBER);

    @Test
    void aReferenceFollowsFromTheNumberAndLeadsBackToIt() {
        assertThat(OURS.text()).isEqualTo("RF31COOP2026000123");
        assertThat(OURS.printed()).isEqualTo("RF31 COOP 2026 0001 23");
        assertThat(OURS.invoiceNumber()).contains(NUMBER);
        assertThat(PaymentReference.of(Kind.CREDITOR, NUMBER)).isEqualTo(OURS);
    }

    @Test
    void aPublishedReferenceIsUnderstoodAndNotOurs() {
        Optional<PaymentReference> published = PaymentReference.parse("rf18 5390 0754 7034");

        assertThat(published).contains(new Creditor("RF18539007547034"));
        assertThat(published.orElseThrow().invoiceNumber()).isEmpty();
        assertThat(Creditor.over("539007547034").text()).isEqualTo("RF18539007547034");
    }

    @Test
    void aBelgianCoopHasItsOwn() {
        PaymentReference belgian = PaymentReference.of(Kind.BELGIAN, NUMBER);

        assertThat(belgian.printed()).isEqualTo("+++202/6000/12320+++");
        assertThat(belgian.invoiceNumber()).contains(NUMBER);
        assertThat(PaymentReference.parse("+++202/6000/12320+++")).contains(belgian);
        assertThat(PaymentReference.parse("202600012320")).contains(belgian);
        assertThat(PaymentReference.parse("+++202/6000/12321+++")).isEmpty();
        assertThat(Belgian.over("0000000097").text()).endsWith("97");
    }

    @Test
    void aMillionthInvoiceOfAYearHasACreditorReference() {
        PaymentReference beyond = PaymentReference.of(Kind.BELGIAN, "2026-1000000");

        assertThat(beyond).isInstanceOf(Creditor.class);
        assertThat(beyond.invoiceNumber()).contains("2026-1000000");
    }

    @Test
    void oneIsFoundInWhatPeopleWrite() {
        assertThat(PaymentReference.findIn("RF31COOP2026000123")).containsExactly(OURS);
        assertThat(PaymentReference.findIn("dues june, rf31 coop 2026 0001 23 thank you"))
                .containsExactly(OURS);
        assertThat(PaymentReference.findIn("SVWZ+RF31-COOP-2026-000123 24.50 EUR"))
                .containsExactly(OURS);
        assertThat(
                        PaymentReference.findIn(
                                "Invoice 2026-000123/RF31COOP2026000123/RF31COOP2026000123"))
                .containsExactly(OURS);
        assertThat(PaymentReference.findIn("***202/6000/12320*** merci"))
                .containsExactly(PaymentReference.of(Kind.BELGIAN, NUMBER));
        assertThat(
                        PaymentReference.findIn(
                                OURS.printed()
                                        + " and "
                                        + PaymentReference.creditor("2026-000124").printed()))
                .isEqualTo(List.of(OURS, PaymentReference.creditor("2026-000124")));
    }

    @Test
    void aSlipOfThePenIsFound() {
        assertThat(PaymentReference.parse("RF31COOP2026000132")).isEmpty();
        assertThat(PaymentReference.findIn("RF31COOP2026000124")).isEmpty();
        assertThat(PaymentReference.parse("RF31")).isEmpty();
        assertThat(PaymentReference.parse("")).isEmpty();
        assertThat(PaymentReference.findIn("RF18539007547034")).isEmpty();
        assertThatThrownBy(() -> new Creditor("RF32COOP2026000123"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PaymentReference.creditor("CN-1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void everyNumberComesBack(
            @ForAll @IntRange(min = 1000, max = 9999) int year,
            @ForAll @LongRange(min = 1, max = 9_999_999_999L) long number,
            @ForAll Kind kind) {
        String written = Invoices.number(String.valueOf(year), number);

        PaymentReference reference = PaymentReference.of(kind, written);

        assertThat(reference.invoiceNumber()).contains(written);
        assertThat(PaymentReference.parse(reference.printed())).contains(reference);
        assertThat(PaymentReference.parse(reference.text())).contains(reference);
    }

    @Property
    void oneIsFoundWhateverStandsAroundIt(
            @ForAll String before,
            @ForAll @IntRange(min = 1, max = 999_999) int number,
            @ForAll @LongRange(min = 0) long after) {
        PaymentReference reference = PaymentReference.creditor(Invoices.number("2026", number));

        assertThat(PaymentReference.findIn(before + " " + reference.printed() + " " + after))
                .contains(reference);
        assertThat(PaymentReference.findIn(before + " " + reference.printed())).contains(reference);
    }
}
