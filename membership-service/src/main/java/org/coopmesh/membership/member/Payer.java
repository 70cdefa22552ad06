package org.coopmesh.membership.member;

import org.jspecify.annotations.Nullable;

/**
 * Who gets bills: a person, household or organisation.
 *
 * @param memberId the member this payer was made for; null for one who is no member
 */
public record Payer(
        PayerId id, String name, String email, String address, @Nullable MemberId memberId) {}
