package org.coopmesh.abuse.bouncer;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How often firewalls may call.
 *
 * @param callsPerSecond of one key from one address
 * @param wrongKeysPerMinute from one address (IPv6: one /64), before it is told to wait
 */
@Validated
@ConfigurationProperties("coopmesh.bouncer")
record BouncerSettings(
        @Min(1) @Max(1_000_000) int callsPerSecond,
        @Min(1) @Max(1_000_000) int wrongKeysPerMinute) {}
