package org.coopmesh.billing.subscription;

/**
 * Who {@code member} was is to be known no more; told in the transaction that hears it.
 *
 * @param payer made for them when they applied; pays for nobody any more
 */
public record MemberErased(MemberId member, PayerId payer) {}
