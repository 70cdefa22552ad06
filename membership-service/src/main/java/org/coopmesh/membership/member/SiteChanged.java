package org.coopmesh.membership.member;

/** A site is new, or another payer or plan is in force for it; heard inside the transaction that changed it. */
public record SiteChanged(SiteId site) {}
