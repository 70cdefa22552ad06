package org.coopmesh.membership.member;

import jakarta.validation.constraints.Positive;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of membership.
 *
 * @param stateDir where the set-up code is written
 * @param keysDir where the co-op's CA certificate is
 */
@Validated
@ConfigurationProperties("coopmesh")
record MemberSettings(Path stateDir, Path keysDir, MemberLimits member) {
    /**
     * Limits of membership.
     *
     * @param checkInterval how often plans that have fallen due are carried out
     * @param applicationsPerHour how many may apply within an hour, all together
     */
    record MemberLimits(Duration checkInterval, @Positive int applicationsPerHour) {}
}
