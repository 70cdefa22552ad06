package org.coopmesh.membership.member;

import java.time.LocalDate;

/** Who pays for a site on which plan from which day in the co-op's time zone. */
public record Subscription(SiteId site, PayerId payer, String planCode, LocalDate effectiveOn) {
    /** How billing-service, which declares the plans, writes their codes. Whether one exists only it can tell. */
    public static final String PLAN_CODE = "[a-z0-9][a-z0-9-]{0,39}";
}
