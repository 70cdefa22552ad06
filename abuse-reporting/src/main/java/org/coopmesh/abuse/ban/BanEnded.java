package org.coopmesh.abuse.ban;

/** Published in the transaction that ended a ban, for what stands to the right of bans; not of one that was only tried out. */
public record BanEnded(Ban ban) {}
