package org.coopmesh.billing.invoice;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How invoices are made.
 *
 * @param checkInterval how often to look for a month to bill and for invoices fallen overdue
 * @param retryInterval how often to try again for payers whom a finished month left out
 * @param graceAfterMonth a month is billed by itself when it has been over for so long
 * @param dueAfter from the day of issue to the last day to pay, in whole days
 * @param correctMonths closed months in which late reports still become an adjustment of the next invoice
 */
@Validated
@ConfigurationProperties("coopmesh.invoice")
record InvoiceSettings(
        @NotNull Duration checkInterval,
        @NotNull Duration retryInterval,
        @NotNull Duration graceAfterMonth,
        @NotNull Duration dueAfter,
        @Min(0) @Max(12) int correctMonths) {
    InvoiceSettings {
        if (graceAfterMonth.isNegative() || dueAfter.isNegative()) {
            throw new IllegalArgumentException("coopmesh.invoice: times are never negative");
        }
    }
}
