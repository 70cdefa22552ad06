package org.coopmesh.billing.webhook;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * One of the co-op's other tools.
 *
 * @param listensSince what happened before is not told
 * @param failingSince nothing was taken since; null while things go well
 */
record Receiver(
        UUID id,
        URI url,
        @Nullable String note,
        Set<Kind> kinds,
        SigningSecret secret,
        @Nullable Old old,
        @Nullable Disabled disabled,
        Instant listensSince,
        @Nullable Instant failingSince,
        @Nullable Instant takenAt,
        MemberId addedBy,
        Instant addedAt) {
    /** When nothing was taken for so long, nothing is sent any more until a person says so. */
    static final Duration DISABLED_AFTER = Duration.ofDays(5);

    /** For so long after a change both secrets sign. */
    static final Duration OVERLAP = Duration.ofDays(1);

    Receiver {
        kinds = Set.copyOf(kinds);
        if (kinds.isEmpty() || kinds.contains(Kind.TEST)) {
            throw new IllegalArgumentException("listens to " + kinds);
        }
    }

    /** The secret of before. */
    record Old(SigningSecret secret, Instant until) {}

    /** That nothing is sent, and why. */
    record Disabled(Instant at, String why) {}

    /** The headers that prove to the receiver who sent {@code body} and when. */
    List<Header> sign(String message, Instant at, byte[] body) {
        var signatures = new ArrayList<String>();
        signatures.add(secret.sign(message, at, body));
        if (old != null && at.isBefore(old.until())) {
            signatures.add(old.secret().sign(message, at, body));
        }
        return List.of(
                new Header("webhook-id", message),
                new Header("webhook-timestamp", String.valueOf(at.getEpochSecond())),
                new Header("webhook-signature", String.join(" ", signatures)));
    }

    record Header(String name, String value) {}
}
