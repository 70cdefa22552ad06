package org.coopmesh.billing.provider;

import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * What a payer let a provider keep to be charged by: a card, or a mandate.
 *
 * @param page where the payer gives it; null until the provider has answered
 * @param reference what the provider calls the giving of it
 * @param customer whom the provider knows by it; null where it needs none
 * @param method what the provider calls it; null until it was given
 * @param label by which the payer knows it, such as {@code Visa …4242, 12/2029}
 * @param forgottenAt when the provider let go of it
 * @param nextLookAt when the provider is asked next; null when it need not be
 */
public record Saving(
        UUID id,
        Provider provider,
        PayerId payer,
        State state,
        @Nullable URI page,
        @Nullable String reference,
        @Nullable String customer,
        @Nullable String method,
        @Nullable String label,
        MemberId by,
        Instant begunAt,
        @Nullable Instant savedAt,
        @Nullable Instant endedAt,
        @Nullable Instant forgottenAt,
        int looks,
        @Nullable Instant nextLookAt) {
    /** How far it is. */
    public enum State {
        /** The provider was asked for a page and has not answered. */
        OPENING,
        /** The payer has a page and gave nothing yet. */
        OPEN,
        /** It can be charged. */
        SAVED,
        /** The page was not used in time. */
        EXPIRED,
        /** The payer took it back: nothing is charged any more. */
        ENDED;

        /** As it stands in the database and in answers. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
