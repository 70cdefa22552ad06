package org.coopmesh.membership.member;

/** The co-op was set up; heard inside the transaction that set it up. Happens once. */
public record CoopConstituted(Coop coop) {}
