package org.coopmesh.membership.outage;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When silence is an outage.
 *
 * @param silentAfter how long a node may be silent
 * @param toldFrom how long an outage of an attachment lasts that other services are told of when it ends
 * @param mailAfter how long an outage lasts that affects members, until who runs the network gets a mail; zero: none
 */
@ConfigurationProperties("coopmesh.outage")
record OutageSettings(
        @DefaultValue("5m") Duration silentAfter,
        @DefaultValue("1h") Duration toldFrom,
        @DefaultValue("15m") Duration mailAfter) {
    OutageSettings {
        if (mailAfter.isNegative()) {
            throw new IllegalArgumentException("coopmesh.outage: mail-after is not negative");
        }
        if (!silentAfter.isPositive() || toldFrom.compareTo(silentAfter) < 0) {
            throw new IllegalArgumentException(
                    "coopmesh.outage: silent-after is positive, and told-from not below it");
        }
    }
}
