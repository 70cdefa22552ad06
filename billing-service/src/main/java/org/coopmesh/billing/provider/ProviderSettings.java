package org.coopmesh.billing.provider;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Which providers the co-op has accounts with. One without its key is not offered.
 *
 * @param checkInterval how often it is looked for attempts to ask about
 */
@Validated
@ConfigurationProperties("coopmesh.provider")
record ProviderSettings(
        @NotNull Duration checkInterval,
        @NotNull @Valid Stripe stripe,
        @NotNull @Valid GoCardless gocardless,
        @NotNull @Valid Btcpay btcpay) {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    /**
     * @param secretKey of the account, {@code sk_…} or better {@code rk_…}; empty for none
     * @param webhookSecrets {@code whsec_…}, more than one while they change
     */
    record Stripe(
            @NotNull URI url, @NotNull String secretKey, @NotNull List<String> webhookSecrets) {
        @AssertTrue(message = "wants https")
        boolean isUrlSafe() {
            return safe(url);
        }
    }

    /**
     * @param accessToken of the account; empty for none
     * @param scheme of the mandates, {@code sepa_core} or {@code bacs} and so on
     */
    record GoCardless(
            @NotNull URI url,
            @NotNull String accessToken,
            @NotNull List<String> webhookSecrets,
            @NotNull String scheme) {
        @AssertTrue(message = "wants https")
        boolean isUrlSafe() {
            return safe(url);
        }
    }

    /**
     * @param url of the co-op's BTCPay Server
     * @param apiKey that may create and view invoices of the store; empty for none
     */
    record Btcpay(
            @NotNull URI url,
            @NotNull String apiKey,
            @NotNull String storeId,
            @NotNull List<String> webhookSecrets) {
        @AssertTrue(message = "wants https")
        boolean isUrlSafe() {
            return safe(url);
        }
    }

    /** Keys go over the net encrypted, or not over the net. */
    private static boolean safe(URI url) {
        return "https".equals(url.getScheme())
                || ("http".equals(url.getScheme()) && LOOPBACK.contains(url.getHost()));
    }
}
