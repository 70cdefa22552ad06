package org.coopmesh.abuse.casework;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.Map;
import org.coopmesh.abuse.report.Category;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How cases run.
 *
 * @param foldWithin reports of one category about one subject make one case within this time
 * @param decideWithin by when a case is to be decided
 * @param decideWithinByCategory where a category is more urgent, or less
 * @param offerWithin a case that was handed over waits so long for that moderator, then for anybody
 * @param closeAfter an upheld case closes by itself this long after the decision
 * @param checkInterval how often that is looked for
 */
@Validated
@ConfigurationProperties("coopmesh.casework")
record CaseworkSettings(
        @NotNull Duration foldWithin,
        @NotNull Duration decideWithin,
        @NotNull Map<Category, Duration> decideWithinByCategory,
        @NotNull Duration offerWithin,
        @NotNull Duration closeAfter,
        @NotNull Duration checkInterval) {
    Duration decideWithin(Category category) {
        return decideWithinByCategory.getOrDefault(category, decideWithin);
    }
}
