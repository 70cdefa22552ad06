package org.coopmesh.membership.outage;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When silence is an outage.
 *
 * @param silentAfter how long a node may be silent
 * @param toldFrom how long an outage of an attachment lasts that other services are told of when it ends
 */
@ConfigurationProperties("coopmesh.outage")
record OutageSettings(
        @DefaultValue("5m") Duration silentAfter, @DefaultValue("4h") Duration toldFrom) {
    OutageSettings {
        if (!silentAfter.isPositive() || toldFrom.compareTo(silentAfter) < 0) {
            throw new IllegalArgumentException(
                    "coopmesh.outage: silent-after is positive, and told-from not below it");
        }
    }
}
