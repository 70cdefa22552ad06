package org.coopmesh.membership.member;

import java.time.LocalDate;

/** Who pays for a site on which plan from which day in the co-op's time zone. */
public record Subscription(SiteId site, PayerId payer, String planCode, LocalDate effectiveOn) {}
