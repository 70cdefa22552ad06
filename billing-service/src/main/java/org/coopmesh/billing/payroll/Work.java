package org.coopmesh.billing.payroll;

import org.coopmesh.billing.subscription.MemberId;

/**
 * What a moderator did that no run has paid yet.
 *
 * @param minutes below zero where hours were withdrawn that were paid before
 */
record Work(MemberId moderator, long minutes, long cases) {}
