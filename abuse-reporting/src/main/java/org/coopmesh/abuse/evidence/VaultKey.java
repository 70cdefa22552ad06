package org.coopmesh.abuse.evidence;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The key of one moderator. Files are sealed to it from its admission to its retirement.
 *
 * @param admittedAt null while another moderator has yet to let it in; the first key lets itself in
 * @param retiredAt null while it counts
 */
public record VaultKey(
        UUID id,
        UUID moderator,
        String fingerprint,
        Instant madeAt,
        @Nullable Instant admittedAt,
        @Nullable Instant retiredAt) {
    boolean counts() {
        return admittedAt != null && retiredAt == null;
    }
}
