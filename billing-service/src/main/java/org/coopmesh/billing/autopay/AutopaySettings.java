package org.coopmesh.billing.autopay;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * When payers who chose so are charged by themselves.
 *
 * @param checkInterval how often it is looked whom to charge
 * @param days around the last day to pay on which an invoice is tried, the first first; below zero before it
 * @param graceDays how long after giving up nobody is reminded or late, so that the payer can pay otherwise
 * @param topUpDays how long after a failed top-up the next is tried, one after the other
 * @param topUpsADay how often a wallet is filled in a day at most
 */
@Validated
@ConfigurationProperties("coopmesh.autopay")
record AutopaySettings(
        @NotNull Duration checkInterval,
        @Size(min = 1, max = 10) List<@NotNull @Min(-30) @Max(30) Integer> days,
        @Min(0) @Max(14) int graceDays,
        @Size(max = 10) List<@NotNull @Min(1) @Max(30) Integer> topUpDays,
        @Min(1) @Max(10) int topUpsADay) {
    @AssertTrue(message = "days come one after the other")
    boolean isDaysAscending() {
        for (int i = 1; i < days.size(); i++) {
            if (days.get(i) <= days.get(i - 1)) return false;
        }
        return true;
    }

    Schedule schedule() {
        return new Schedule(days, graceDays, topUpDays, topUpsADay);
    }
}
