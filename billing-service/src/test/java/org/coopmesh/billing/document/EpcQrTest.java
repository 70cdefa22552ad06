package org.coopmesh.billing.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.billing.document.Papers.euros;

import java.nio.charset.StandardCharsets;
import java.util.Currency;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.ledger.Money;
import org.junit.jupiter.api.Test;

class EpcQrTest {
    private static final PaymentReference REFERENCE = PaymentReference.creditor("2026-000123");
    private static final int VERSION_5 = 37;

    /** The sample epc-qr/invoice: 81 bytes, version 5 at level M. */
    @Test
    void itSaysWhatABankingAppReads() {
        EpcQr code = EpcQr.of(Papers.seller(), euros("24.50"), REFERENCE).orElseThrow();

        assertThat(code.payload())
                .isEqualTo(
                        "BCD\n002\n1\nSCT\n\nGuifi Coop eG\nDE89370400440532013000\nEUR24.50\n\nRF31COOP2026000123\n");
        assertThat(code.payload().getBytes(StandardCharsets.UTF_8)).hasSize(81);
        assertThat(code.size()).isEqualTo(VERSION_5);
        assertThat(code.svg("a \"code\"")).contains("aria-label=\"a &quot;code&quot;\"");
        assertThat(code.png()).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void aBelgianReferenceIsFreeText() {
        PaymentReference belgian =
                PaymentReference.of(PaymentReference.Kind.BELGIAN, "2026-000123");

        assertThat(EpcQr.of(Papers.seller(), euros("24.50"), belgian).orElseThrow().payload())
                .endsWith("EUR24.50\n\n\n+++202/6000/12320+++\n");
    }

    @Test
    void onlyTransfersInEurosHaveOne() {
        assertThat(EpcQr.of(Papers.seller(), euros("0"), REFERENCE)).isEmpty();
        assertThat(
                        EpcQr.of(
                                Papers.seller(),
                                Money.parse("24.50", Currency.getInstance("SEK")),
                                REFERENCE))
                .isEmpty();
    }
}
