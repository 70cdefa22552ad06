package org.coopmesh.abuse.report;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How much the intake takes.
 *
 * @param bodyMax the largest request
 * @param evidenceMax the largest single file of the form
 * @param evidenceCountMax files with one report of the form
 * @param reportsPerClient reports that one client address (IPv6: one /64), one member or one mail address may send in {@code ratePeriod}
 * @param reportsPerNetwork the same for strangers of one /24 (IPv6: one /48), and for a mail domain
 * @param reportsPerTarget the same for strangers of one network about one address or page
 * @param clientsMax how many allowances are remembered; the one longest unused is forgotten first
 * @param strangersAtOnce how many reports of strangers are worked on at one time
 * @param legalContact who is told at once of what nobody may keep; empty for nobody
 * @param publicUrl where browsers find the co-op, for links in mails; empty for no links
 * @param language in which letters are written to whom nobody knows the language of
 */
@Validated
@ConfigurationProperties("coopmesh.report")
record IntakeSettings(
        @NotNull DataSize bodyMax,
        @NotNull DataSize evidenceMax,
        @Min(0) @Max(50) int evidenceCountMax,
        @Min(1) int reportsPerClient,
        @Min(1) int reportsPerNetwork,
        @Min(1) int reportsPerTarget,
        @NotNull Duration ratePeriod,
        @Min(1) int clientsMax,
        @Min(1) int strangersAtOnce,
        @NotNull String legalContact,
        @NotNull String publicUrl,
        @NotNull Language language) {}
