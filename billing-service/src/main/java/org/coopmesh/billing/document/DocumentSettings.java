package org.coopmesh.billing.document;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How documents are drawn up.
 *
 * @param checkInterval how often it is looked for invoices without a document
 * @param retryAfter how long after a failure it is tried again; twice as long each time
 * @param attemptsMax after so many failures a person looks
 */
@Validated
@ConfigurationProperties("coopmesh.document")
record DocumentSettings(
        @NotNull Duration checkInterval,
        @NotNull Duration retryAfter,
        @Min(1) @Max(10) int attemptsMax) {}
