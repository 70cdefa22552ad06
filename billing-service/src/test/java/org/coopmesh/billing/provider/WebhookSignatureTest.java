package org.coopmesh.billing.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Who rings is known by the signature over the bytes as they came. */
class WebhookSignatureTest {
    private static final Path SHARED = Path.of("../../shared/samples");
    private static final String SECRET = "whsec_of_the_co-op";
    private static final String OLD = "whsec_of_last_year";
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final byte[] EVENT =
            """
            {"id":"evt_1","type":"charge.refunded","data":{"object":{"id":"ch_1","payment_intent":"pi_1","amount":2450}}}
            """
                    .strip()
                    .getBytes(UTF_8);

    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void stripeIsBelievedBySignatureAndTime() {
        PaymentProvider.Ring ring = stripe(EVENT, signed(EVENT, NOW, SECRET), NOW, OLD, SECRET);

        assertThat(ring.event()).isEqualTo("evt_1");
        assertThat(ring.what()).isEqualTo("charge.refunded");
        assertThat(ring.references()).containsExactly("ch_1", "pi_1");
    }

    @Test
    void whileASecretChangesBothCount() {
        String both = signed(EVENT, NOW, OLD) + ",v1=" + hmac(EVENT, NOW, SECRET);

        assertThat(stripe(EVENT, both, NOW, SECRET).event()).isEqualTo("evt_1");
        assertThat(stripe(EVENT, both, NOW, OLD).event()).isEqualTo("evt_1");
        assertThatThrownBy(() -> stripe(EVENT, both, NOW, "whsec_other"))
                .isInstanceOf(WebhookRefused.class);
    }

    @Test
    void noOtherByteIsBelieved() {
        var random = new Random(1);
        for (int i = 0; i < 200; i++) {
            byte[] other = EVENT.clone();
            other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));

            refused("signature", () -> stripe(other, signed(EVENT, NOW, SECRET), NOW, SECRET));
            refused("signature", () -> gocardless(other, hmac(EVENT)));
            refused("signature", () -> btcpay(other, "sha256=" + hmac(EVENT)));
        }
        byte[] written = JSON.writeValueAsBytes(JSON.readTree(EVENT).deepCopy());
        byte[] spaced = new String(written, UTF_8).replace(":", ": ").getBytes(UTF_8);
        refused("signature", () -> stripe(spaced, signed(EVENT, NOW, SECRET), NOW, SECRET));
    }

    @Test
    void anOldOneIsRefusedAndOneFromTheFuture() {
        String header = signed(EVENT, NOW, SECRET);

        assertThat(stripe(EVENT, header, NOW.plusSeconds(300), SECRET)).isNotNull();
        refused("time", () -> stripe(EVENT, header, NOW.plusSeconds(301), SECRET));
        refused("time", () -> stripe(EVENT, header, NOW.minusSeconds(301), SECRET));
    }

    @Test
    void headersThatAreNoneAreRefused() {
        for (String header :
                List.of(
                        "",
                        "t=,v1=",
                        "v1=00",
                        "t=1",
                        "t=x,v1=zz",
                        ",".repeat(5_000),
                        "t=1,v0=00")) {
            refused("signature", () -> stripe(EVENT, header, NOW, SECRET));
            refused("signature", () -> gocardless(EVENT, header));
            refused("signature", () -> btcpay(EVENT, header));
        }
        refused("signature", () -> stripe(EVENT, null, NOW, SECRET));
        refused("signature", () -> stripe(EVENT, signed(EVENT, NOW, "")));
    }

    @Test
    void hexMayBeInCapitals() {
        assertThat(gocardless(EVENT, hmac(EVENT).toUpperCase(Locale.ROOT))).isNotNull();
    }

    @Test
    void whatIsSignedAndNoJsonIsRefused() {
        for (String body : List.of("", "{", "[".repeat(100_000), "\u0000", "{\"id\":")) {
            byte[] bytes = body.getBytes(UTF_8);
            assertThatThrownBy(
                            () -> {
                                PaymentProvider.Ring ring =
                                        stripe(bytes, signed(bytes, NOW, SECRET), NOW, SECRET);
                                if (ring.event().isEmpty())
                                    throw new WebhookRefused("event", "none");
                            })
                    .isInstanceOf(WebhookRefused.class);
        }
    }

    @Test
    void theVectorsOfTheLibrariesHold() throws IOException {
        Path list = SHARED.resolve("PAYMENT_VECTORS.md");
        assumeThat(list).exists();
        Matcher vector =
                Pattern.compile(
                                "- (stripe|gocardless|btcpay)/(\\S+\\.json)\\s+secret=`([^`]+)`\\s+(?:t=(\\d+)\\s+)?\\S*?=`([^`]+)`")
                        .matcher(Files.readString(list));
        var seen = new ArrayList<String>();
        while (vector.find()) {
            byte[] body =
                    Files.readAllBytes(SHARED.resolve(vector.group(1)).resolve(vector.group(2)));
            String secret = vector.group(3);
            String signature = vector.group(5);
            PaymentProvider.Ring ring =
                    switch (vector.group(1)) {
                        case "stripe" -> {
                            Instant at = Instant.ofEpochSecond(Long.parseLong(vector.group(4)));
                            String header = "t=" + vector.group(4) + ",v1=" + signature;
                            refused(
                                    "time",
                                    () -> stripe(body, header, at.plusSeconds(301), secret));
                            yield stripe(body, header, at, secret);
                        }
                        case "gocardless" -> goCardless(secret).read(body, one(signature), NOW);
                        default -> btcpay(secret).read(body, one(signature), NOW);
                    };
            assertThat(ring.event()).as(vector.group(2)).isNotEmpty();
            assertThat(ring.references()).as(vector.group(2)).isNotEmpty();
            body[body.length / 2] ^= 1;
            refused(
                    "signature",
                    () -> {
                        switch (vector.group(1)) {
                            case "stripe" ->
                                    stripe(
                                            body,
                                            "t=" + vector.group(4) + ",v1=" + signature,
                                            NOW,
                                            secret);
                            case "gocardless" -> goCardless(secret).read(body, one(signature), NOW);
                            default -> btcpay(secret).read(body, one(signature), NOW);
                        }
                    });
            seen.add(vector.group(2));
        }
        assertThat(seen).hasSize(11);
    }

    private static void refused(String rule, Runnable read) {
        assertThatThrownBy(read::run)
                .isInstanceOfSatisfying(
                        WebhookRefused.class, e -> assertThat(e.rule()).isEqualTo(rule));
    }

    private static PaymentProvider.Ring stripe(
            byte[] body, @Nullable String header, Instant now, String... secrets) {
        var settings =
                new ProviderSettings.Stripe(
                        URI.create("https://stripe.invalid"), "sk", List.of(secrets));
        return new StripeAdapter(settings, JSON).read(body, one(header), now);
    }

    private static PaymentProvider.Ring stripe(byte[] body, String header) {
        return stripe(body, header, NOW, SECRET);
    }

    private static GoCardlessAdapter goCardless(String secret) {
        return new GoCardlessAdapter(
                new ProviderSettings.GoCardless(
                        URI.create("https://gocardless.invalid"),
                        "t",
                        List.of(secret),
                        "sepa_core"),
                JSON);
    }

    private static BtcpayAdapter btcpay(String secret) {
        return new BtcpayAdapter(
                new ProviderSettings.Btcpay(
                        URI.create("https://btcpay.invalid"), "k", "s", List.of(secret)),
                JSON);
    }

    private static PaymentProvider.Ring gocardless(byte[] body, String header) {
        return goCardless(SECRET).read(body, one(header), NOW);
    }

    private static PaymentProvider.Ring btcpay(byte[] body, String header) {
        return btcpay(SECRET).read(body, one(header), NOW);
    }

    /** One value, whatever the name of the header. */
    private static UnaryOperator<@Nullable String> one(@Nullable String value) {
        return name -> value;
    }

    private static String signed(byte[] body, Instant at, String secret) {
        return "t=" + at.getEpochSecond() + ",v1=" + hmac(body, at, secret);
    }

    private static String hmac(byte[] body, Instant at, String secret) {
        return hex(
                secret.isEmpty() ? "none" : secret,
                (at.getEpochSecond() + ".").getBytes(UTF_8),
                body);
    }

    private static String hmac(byte[] body) {
        return hex(SECRET, body);
    }

    private static String hex(String secret, byte[]... parts) {
        return HexFormat.of().formatHex(Signatures.hmac(secret.getBytes(UTF_8), parts));
    }
}
