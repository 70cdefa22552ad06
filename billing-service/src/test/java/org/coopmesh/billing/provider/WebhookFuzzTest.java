package org.coopmesh.billing.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URI;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.coopmesh.billing.provider.PaymentProvider.Ring;
import tools.jackson.databind.json.JsonMapper;

/** Whatever rings is read where the signature is right, and refused by rule where it is not; references are never endless. */
class WebhookFuzzTest {
    private static final String SECRET = "whsec_of_the_co-op";
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final JsonMapper JSON = new JsonMapper();
    private static final StripeAdapter STRIPE =
            new StripeAdapter(
                    new ProviderSettings.Stripe(
                            URI.create("https://stripe.invalid"), "sk", List.of(SECRET)),
                    JSON);
    private static final GoCardlessAdapter GOCARDLESS =
            new GoCardlessAdapter(
                    new ProviderSettings.GoCardless(
                            URI.create("https://gocardless.invalid"),
                            "t",
                            List.of(SECRET),
                            "sepa_core"),
                    JSON);

    @FuzzTest
    void anySignedBodyIsReadOrRefusedByRule(byte[] body) {
        String time = Long.toString(NOW.getEpochSecond());
        String stripe = "t=" + time + ",v1=" + hmac((time + ".").getBytes(UTF_8), body);
        try {
            isRing(STRIPE.read(body, name -> stripe, NOW));
        } catch (WebhookRefused refused) {
            assertThat(refused.rule()).isEqualTo("json");
        }
        try {
            isRing(GOCARDLESS.read(body, name -> hmac(body), NOW));
        } catch (WebhookRefused refused) {
            assertThat(refused.rule()).isEqualTo("json");
        }
    }

    /** The secret is not in any input, so no header is right. */
    @FuzzTest
    void noHeaderIsBelieved(byte[] header) {
        String text = new String(header, UTF_8);
        for (PaymentProvider provider : List.of(STRIPE, GOCARDLESS)) {
            try {
                provider.read(header, name -> text, NOW);
                throw new AssertionError("believed: " + text);
            } catch (WebhookRefused refused) {
                assertThat(refused.rule()).isEqualTo("signature");
            }
        }
    }

    private static void isRing(Ring ring) {
        assertThat(ring.event()).isNotNull();
        assertThat(ring.what().toLowerCase(Locale.ROOT)).isNotNull();
        assertThat(ring.references()).doesNotHaveDuplicates().doesNotContainNull();
    }

    private static String hmac(byte[]... parts) {
        return HexFormat.of().formatHex(Signatures.hmac(SECRET.getBytes(UTF_8), parts));
    }
}
