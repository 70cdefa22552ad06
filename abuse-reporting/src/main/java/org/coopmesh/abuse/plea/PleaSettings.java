package org.coopmesh.abuse.plea;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.coopmesh.abuse.report.Language;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How appeals of people who are no members are taken.
 *
 * @param publicUrl where browsers find the co-op; without it no link can be sent
 * @param language for whom nobody knows the language of
 * @param perClient links that one address (IPv6: one /64) may ask for in {@code ratePeriod}
 * @param perNetwork the same for one /24 (IPv6: one /48)
 * @param perRecipient letters that one network may have sent to one mail address in a day
 * @param linkFor how long a link can be used
 * @param keepFor how long mail address and words are kept after the answer
 */
@Validated
@ConfigurationProperties("coopmesh.plea")
record PleaSettings(
        @NotNull String publicUrl,
        @NotNull Language language,
        @Min(1) int perClient,
        @Min(1) int perNetwork,
        @Min(1) int perRecipient,
        @NotNull Duration ratePeriod,
        @NotNull Duration linkFor,
        @NotNull Duration keepFor) {}
