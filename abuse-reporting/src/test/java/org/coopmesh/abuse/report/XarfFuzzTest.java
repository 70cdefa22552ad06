package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever somebody posts as XARF is read or refused field by field, and nothing else happens. */
class XarfFuzzTest {
    @FuzzTest
    void anyDocumentIsReadOrRefusedByField(byte[] document) {
        try {
            XarfReader.Xarf read = XarfReader.read(document);
            assertThat(read.type()).isNotNull();
            assertThat(read.evidence()).hasSizeLessThanOrEqualTo(52);
            if (read.description() != null) {
                assertThat(read.description()).hasSizeLessThanOrEqualTo(10_000);
            }
        } catch (ReportRefused refused) {
            assertThat(refused.wrongs()).isNotEmpty().hasSizeLessThanOrEqualTo(20);
            assertThat(refused.wrongs()).allMatch(wrong -> !wrong.rule().isBlank());
        }
    }
}
