package org.coopmesh.gateway.live;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How many pages may listen, and how often something is sent though nothing changed.
 *
 * @param streamsMax in this replica, at least 1
 * @param streamsPerSessionMax of one sign-in, at least 1
 * @param heartbeat also how soon a stream ends after its session has ended
 */
@ConfigurationProperties("coopmesh.live")
record LiveSettings(int streamsMax, int streamsPerSessionMax, Duration heartbeat) {
    LiveSettings {
        if (streamsMax < 1 || streamsPerSessionMax < 1) {
            throw new IllegalArgumentException(
                    "coopmesh.live.streams-max and streams-per-session-max are at least 1");
        }
        if (heartbeat.isZero() || heartbeat.isNegative()) {
            throw new IllegalArgumentException("coopmesh.live.heartbeat is more than nothing");
        }
    }
}
