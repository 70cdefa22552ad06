package org.coopmesh.billing.settlement;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How members settle with each other.
 *
 * @param checkInterval how often to look for hours whose carriage is to be charged
 * @param correctMonths closed months in which what comes to light later is still settled
 */
@Validated
@ConfigurationProperties("coopmesh.settlement")
record SettlementSettings(@NotNull Duration checkInterval, @Min(0) @Max(12) int correctMonths) {}
