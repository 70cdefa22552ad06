package org.coopmesh.abuse.report;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How much the intake takes.
 *
 * @param bodyMax the largest request
 * @param evidenceMax the largest single file
 * @param evidenceCountMax files with one report
 * @param reportsPerClient reports that one client address (IPv6: one /64) or one member may send in {@code ratePeriod}
 * @param clientsMax how many client addresses are remembered; the one longest unseen is forgotten first
 */
@Validated
@ConfigurationProperties("coopmesh.report")
record IntakeSettings(
        DataSize bodyMax,
        DataSize evidenceMax,
        @Min(0) @Max(50) int evidenceCountMax,
        @Min(1) int reportsPerClient,
        Duration ratePeriod,
        @Min(1) int clientsMax) {}
