package org.coopmesh.abuse.decision;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How decisions are made and watched.
 *
 * @param policy what is published
 * @param checkInterval how often it is looked for measures that are over
 */
@Validated
@ConfigurationProperties("coopmesh.decision")
record DecisionSettings(@NotNull @Valid Policy policy, @NotNull Duration checkInterval) {}
