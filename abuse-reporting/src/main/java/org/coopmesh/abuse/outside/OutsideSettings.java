package org.coopmesh.abuse.outside;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.coopmesh.abuse.subject.Prefix;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How outside lists are fetched.
 *
 * @param networks of the co-op's own, which lists may be fetched from though they are not public, also without TLS
 * @param checkInterval how often it is looked for lists to fetch and entries that are over
 * @param answerMax the largest list, in bytes
 * @param fetchMax how long fetching one may take
 * @param keySecret by which keys to servers of others are sealed in the database; 32 random characters or more, empty for not at all; while it changes
 *     the new one and the old one, with a comma between
 */
@Validated
@ConfigurationProperties("coopmesh.outside")
record OutsideSettings(
        @NotNull List<String> networks,
        @NotNull Duration checkInterval,
        @NotNull DataSize answerMax,
        @NotNull Duration fetchMax,
        @NotNull String keySecret) {
    private static final int KEY_SECRET_LENGTH_MIN = 32;

    OutsideSettings {
        networks = List.copyOf(networks);
        if (split(keySecret).stream().anyMatch(each -> each.length() < KEY_SECRET_LENGTH_MIN)) {
            throw new IllegalArgumentException(
                    "coopmesh.outside.key-secret has "
                            + KEY_SECRET_LENGTH_MIN
                            + " characters at least");
        }
        networks.forEach(Prefix::parse); // Refuses to start when wrong.
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "OutsideSettings";
    }

    /** The first seals. */
    List<String> keySecrets() {
        return split(keySecret);
    }

    private static List<String> split(String secrets) {
        return Arrays.stream(secrets.split(","))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    List<Prefix> ownNetworks() {
        return networks.stream().map(Prefix::parse).toList();
    }
}
