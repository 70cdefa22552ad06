package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import java.util.Optional;
import java.util.Set;
import org.coopmesh.billing.subscription.PayerId;

/** Says how long an invoice may be past its last day before it is called overdue. Where nobody says, it is the day after. */
public interface Patience {
    /** Whose last day to pay, as it stands now, was before this day may be called overdue; empty where none may be today. */
    Optional<LocalDate> dueBefore(LocalDate today);

    /** Of whose invoices none is. */
    Set<PayerId> letBe(LocalDate today);
}
