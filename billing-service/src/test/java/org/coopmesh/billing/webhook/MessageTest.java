package org.coopmesh.billing.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a message says about itself, and when it is sent again. */
class MessageTest {
    private static final Path SHARED = Path.of("../../shared/samples");
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(UTF_8);

    @Test
    void aSignatureIsAsTheStandardShowsIt() {
        SigningSecret secret = SigningSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        String signature =
                secret.sign(
                        "msg_p5jXN8AQM9LWM0D4loKWxJek", Instant.ofEpochSecond(1614265330), BODY);

        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void aSharedSampleIsSignedAsItsFileSays() throws IOException {
        Path vectors = SHARED.resolve("PAYMENT_VECTORS.md");
        assumeThat(vectors).exists();
        Matcher vector =
                Pattern.compile(
                                "(?m)^- (outgoing/\\S+) \\(Standard Webhooks\\)  secret=`([^`]+)`  id=`([^`]+)` ts=(\\d+)  webhook-signature=`([^`]+)`")
                        .matcher(Files.readString(vectors));
        var checked = new ArrayList<String>();
        while (vector.find()) {
            byte[] body = Files.readAllBytes(SHARED.resolve(vector.group(1)));
            Instant at = Instant.ofEpochSecond(Long.parseLong(vector.group(4)));

            assertThat(SigningSecret.parse(vector.group(2)).sign(vector.group(3), at, body))
                    .isEqualTo(vector.group(5));
            checked.add(vector.group(1));
        }
        assertThat(checked).isNotEmpty();
    }

    @Test
    void aFreshSecretIsReadAsItIsWritten() {
        SigningSecret secret = SigningSecret.fresh();

        assertThat(secret.text()).startsWith("whsec_").hasSizeGreaterThan(40);
        assertThat(SigningSecret.parse(secret.text()).sign("m", NOW, BODY))
                .isEqualTo(secret.sign("m", NOW, BODY));
        assertThat(SigningSecret.fresh().text()).isNotEqualTo(secret.text());
        assertThatThrownBy(() -> new SigningSecret(new byte[23]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whileASecretChangesBothSign() {
        var old = new Receiver.Old(SigningSecret.fresh(), NOW.plusSeconds(1));
        Receiver receiver = receiver(old);

        String during = header(receiver.sign("m", NOW, BODY));
        String after = header(receiver.sign("m", NOW.plusSeconds(1), BODY));

        assertThat(during)
                .isEqualTo(
                        receiver.secret().sign("m", NOW, BODY)
                                + " "
                                + old.secret().sign("m", NOW, BODY));
        assertThat(after).isEqualTo(receiver.secret().sign("m", NOW.plusSeconds(1), BODY));
    }

    @Test
    void eachFailureWaitsLongerAndTheLastIsTheLast() {
        var waits = new ArrayList<Duration>();
        for (int attempts = 0; ; attempts++) {
            Instant next = failed(attempts).retryAt(NOW, 0);
            if (next == null) break;
            waits.add(Duration.between(NOW, next));
        }

        assertThat(waits).isEqualTo(Delivery.RETRIES).isSorted();
        assertThat(waits.stream().reduce(Duration.ZERO, Duration::plus))
                .isBetween(Duration.ofDays(2), Receiver.DISABLED_AFTER);
    }

    @Test
    void aFifthOfTheWaitIsLeftToChance() {
        Delivery delivery = failed(1);

        assertThat(delivery.retryAt(NOW, 0)).isEqualTo(NOW.plusSeconds(60));
        assertThat(delivery.retryAt(NOW, 500_000)).isEqualTo(NOW.plusSeconds(66));
        assertThat(delivery.retryAt(NOW, 1_000_000)).isEqualTo(NOW.plusSeconds(72));
    }

    private static Receiver receiver(Receiver.@Nullable Old old) {
        return new Receiver(
                UUID.randomUUID(),
                URI.create("https://example.org/hook"),
                null,
                Set.of(Kind.INVOICE_ISSUED),
                SigningSecret.fresh(),
                old,
                null,
                NOW,
                null,
                null,
                new MemberId(UUID.randomUUID()),
                NOW);
    }

    private static String header(List<Receiver.Header> headers) {
        assertThat(headers.stream().map(Receiver.Header::name))
                .containsExactly("webhook-id", "webhook-timestamp", "webhook-signature");
        return headers.getLast().value();
    }

    private static Delivery failed(int attempts) {
        return new Delivery(
                UUID.randomUUID(),
                UUID.randomUUID(),
                UUID.randomUUID(),
                Kind.INVOICE_ISSUED,
                "{}",
                Delivery.State.WAITING,
                attempts,
                NOW,
                NOW,
                null,
                null,
                null,
                null);
    }
}
