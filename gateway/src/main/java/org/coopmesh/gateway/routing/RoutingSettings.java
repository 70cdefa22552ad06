package org.coopmesh.gateway.routing;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * What one side may ask for.
 *
 * @param bodyMax the largest body that is passed on
 * @param callsPerMinute at least 1; as many at once where none came before
 */
@ConfigurationProperties("coopmesh.routing")
record RoutingSettings(DataSize bodyMax, int callsPerMinute) {
    RoutingSettings {
        if (callsPerMinute < 1) {
            throw new IllegalArgumentException(
                    "coopmesh.routing.calls-per-minute is less than 1: " + callsPerMinute);
        }
    }
}
