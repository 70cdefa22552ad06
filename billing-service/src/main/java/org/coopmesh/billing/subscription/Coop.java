package org.coopmesh.billing.subscription;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Currency;

/** What billing needs to know of the co-op: its money and the zone in which its days and months are counted. */
public record Coop(String name, Currency currency, ZoneId zone) {
    /** The day it is in the co-op at {@code instant}. */
    public LocalDate dayAt(Instant instant) {
        return LocalDate.ofInstant(instant, zone);
    }

    /** The moment at which {@code day} begins in the co-op. */
    public Instant startOf(LocalDate day) {
        return day.atStartOfDay(zone).toInstant();
    }
}
