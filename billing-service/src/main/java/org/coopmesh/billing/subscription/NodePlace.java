package org.coopmesh.billing.subscription;

/**
 * Where a node stands and whose it is.
 *
 * @param gateway true where it has an uplink to the Internet
 */
public record NodePlace(MemberId owner, SiteId site, boolean gateway) {}
