package org.coopmesh.abuse.subject;

/** Who {@code member} was is to be known no more; told in the transaction that hears it. */
public record MemberErased(MemberId member) {}
