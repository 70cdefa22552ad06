package org.coopmesh.abuse.evidence;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How files are kept.
 *
 * @param keepAfterClosing how long after its case was closed a file is kept
 * @param quorumByCategory how many moderators open a file of the category together, 1 to 16; one for those that are not named
 * @param consentFor how long a moderator's consent to opening holds
 * @param checkInterval how often it is looked for what is to be sealed or erased
 */
@Validated
@ConfigurationProperties("coopmesh.evidence")
record VaultSettings(
        @NotNull Duration keepAfterClosing,
        @NotNull Map<String, Integer> quorumByCategory,
        @NotNull Duration consentFor,
        @NotNull Duration checkInterval) {
    static final int QUORUM_MAX = 16;

    VaultSettings {
        quorumByCategory = Map.copyOf(quorumByCategory);
        quorumByCategory.forEach((category, quorum) -> {
            if (quorum < 1 || quorum > QUORUM_MAX) {
                throw new IllegalArgumentException(category + ": " + quorum + " moderators");
            }
        });
    }

    int quorum(String category) {
        return quorumByCategory.getOrDefault(category, 1);
    }
}
