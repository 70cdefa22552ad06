package org.coopmesh.billing.directdebit;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever is handed in as the bank's answer to a collection is one, or is refused with line and rule. */
class StatusReportFuzzTest {
    @FuzzTest
    void anyFileIsReadOrRefusedByRule(byte[] file) {
        try {
            StatusReport read = StatusReportReader.read(file);
            assertThat(read.messageId()).hasSizeBetween(1, 35);
            assertThat(read.rejected()).allMatch(item -> item.code().length() == 4);
        } catch (StatusReportRefused refused) {
            assertThat(refused.rule()).matches("[a-z-]+");
            assertThat(refused.line()).isNotNegative();
        }
    }
}
