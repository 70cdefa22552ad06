package org.coopmesh.abuse.decision;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How decisions are told and watched.
 *
 * @param appealText how to object, as every statement of reasons says it
 * @param checkInterval how often it is looked for measures that are over
 */
@Validated
@ConfigurationProperties("coopmesh.decision")
record DecisionSettings(@NotBlank String appealText, @NotNull Duration checkInterval) {}
