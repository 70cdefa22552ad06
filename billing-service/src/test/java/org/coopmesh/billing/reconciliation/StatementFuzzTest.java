package org.coopmesh.billing.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.billing.reconciliation.Samples.EUR;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.coopmesh.billing.ledger.Money;

/** Whatever a treasurer hands in as the bank's file adds up, or is refused with line and rule. */
class StatementFuzzTest {
    private static final CsvMapping SIGNED =
            new CsvMapping(
                    "ISO-8859-1",
                    ";",
                    1,
                    "dd.MM.yyyy",
                    ",",
                    "Day",
                    null,
                    "Sum",
                    null,
                    null,
                    null,
                    "Name",
                    "IBAN",
                    "Text",
                    null,
                    null,
                    null);

    @FuzzTest
    void anyFileAddsUpOrIsRefusedByRule(byte[] file) {
        try {
            BankFileReader.read(file, null, EUR).forEach(StatementFuzzTest::addsUp);
        } catch (BankFileRefused refused) {
            isNamed(refused);
        }
    }

    @FuzzTest
    void anyTableReadAsItWasSaidAddsUpOrIsRefusedByRule(byte[] file) {
        try {
            BankFileReader.read(file, SIGNED, EUR).forEach(StatementFuzzTest::addsUp);
        } catch (BankFileRefused refused) {
            isNamed(refused);
        }
    }

    private static void addsUp(BankStatement statement) {
        if (statement.opening() == null || statement.closing() == null) return;
        Money sum =
                statement.entries().stream()
                        .map(BankEntry::amount)
                        .reduce(Money.zero(statement.currency()), Money::plus);
        assertThat(statement.opening().plus(sum)).isEqualTo(statement.closing());
    }

    private static void isNamed(BankFileRefused refused) {
        assertThat(refused.rule()).matches("[a-z-]+");
        assertThat(refused.line()).isNotNegative();
        assertThat(refused.getMessage()).isNotBlank();
    }
}
