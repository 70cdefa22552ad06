package org.coopmesh.billing.webhook;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How messages to the co-op's other tools leave.
 *
 * @param checkInterval how often it is looked for messages to send
 * @param ownNetworks networks that are not public and may be sent to all the same, such as {@code 10.1.0.0/16}
 */
@Validated
@ConfigurationProperties("coopmesh.webhook")
record WebhookSettings(@NotNull Duration checkInterval, @NotNull List<String> ownNetworks) {
    @AssertTrue(message = "wants networks, such as 10.1.0.0/16")
    boolean isOwnNetworksReadable() {
        try {
            networks();
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    List<Network> networks() {
        return Network.all(ownNetworks.toArray(String[]::new));
    }
}
