package org.coopmesh.abuse.ban;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import org.coopmesh.abuse.subject.Prefix;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How bans are watched, and what this installation never bans.
 *
 * @param never addresses and prefixes of the co-op's own services: portal, pay page, DNS, emergency list
 * @param checkInterval how often it is looked for bans that are over
 */
@Validated
@ConfigurationProperties("coopmesh.ban")
record BanSettings(@NotNull List<String> never, @NotNull Duration checkInterval) {
    BanSettings {
        never = List.copyOf(never);
        never.forEach(Prefix::parse); // Refuses to start when wrong.
    }

    List<Prefix> neverPrefixes() {
        return never.stream().map(Prefix::parse).toList();
    }
}
