package org.coopmesh.billing.costshare;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How shared costs are allocated.
 *
 * @param correctMonths closed months in which what comes to light later still changes the shares
 * @param backMonths how many months back a cost may begin when it is declared
 */
@Validated
@ConfigurationProperties("coopmesh.costshare")
record CostShareSettings(@Min(0) @Max(12) int correctMonths, @Min(0) @Max(24) int backMonths) {}
