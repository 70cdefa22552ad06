package org.coopmesh.abuse.outside;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
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
 */
@Validated
@ConfigurationProperties("coopmesh.outside")
record OutsideSettings(
        @NotNull List<String> networks,
        @NotNull Duration checkInterval,
        @NotNull DataSize answerMax,
        @NotNull Duration fetchMax) {
    OutsideSettings {
        networks = List.copyOf(networks);
        networks.forEach(Prefix::parse); // Refuses to start when wrong.
    }

    List<Prefix> ownNetworks() {
        return networks.stream().map(Prefix::parse).toList();
    }
}
