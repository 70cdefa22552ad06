package org.coopmesh.membership.member;

/** A member's state has changed; heard inside the transaction that changed it. */
public record MemberChanged(MemberId member) {}
