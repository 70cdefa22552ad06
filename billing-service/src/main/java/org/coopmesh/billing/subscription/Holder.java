package org.coopmesh.billing.subscription;

/** The site that holds an attachment, and the member who answers for it. */
public record Holder(SiteId site, MemberId member) {}
