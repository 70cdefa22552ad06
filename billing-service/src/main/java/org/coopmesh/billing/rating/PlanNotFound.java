package org.coopmesh.billing.rating;

import java.time.LocalDate;

/** A site is subscribed to a plan that was not in force on that day. */
public class PlanNotFound extends RuntimeException {
    PlanNotFound(String code, LocalDate day) {
        super("no plan " + code + " on " + day);
    }
}
