package org.coopmesh.billing.directdebit;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How direct debits are made.
 *
 * @param checkInterval how often it is looked for runs whose day has come
 * @param bankDays so many days on which banks work before the collection the bank wants the file
 * @param retryAfter how long after a failure that may pass a collection is tried again, in whole days
 * @param attemptsMax so often an invoice is tried
 * @param tellDaysBefore so many days before a collection its payer is told, or as early as their mandate says if that is earlier
 * @param tellFirst whether the first collection under a mandate is called FRST, for banks that still ask for it
 */
@Validated
@ConfigurationProperties("coopmesh.direct-debit")
record DirectDebitSettings(
        @NotNull Duration checkInterval,
        @Min(1) @Max(10) int bankDays,
        @NotNull Duration retryAfter,
        @Min(1) @Max(10) int attemptsMax,
        @Min(1) @Max(60) int tellDaysBefore,
        boolean tellFirst) {}
