package org.coopmesh.abuse.transparency;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * What the log is called, and its pace.
 *
 * @param name the log's name for good, by C2SP its address without scheme; taken over at the first start
 * @param checkInterval how often it is looked for facts that wait for their place
 * @param keyOverlap for how long a key that was replaced signs beside its successor
 */
@Validated
@ConfigurationProperties("coopmesh.transparency")
record TransparencySettings(
        @NotNull @Pattern(regexp = "[a-z0-9.:-]+(/[a-z0-9._-]+)*") String name,
        @NotNull Duration checkInterval,
        @NotNull Duration keyOverlap) {}
