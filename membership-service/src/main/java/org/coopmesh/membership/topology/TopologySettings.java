package org.coopmesh.membership.topology;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When a silent node counts as late, and as down. Agents report every 30 s.
 *
 * @param lateAfter silence after which a node is late
 * @param downAfter silence after which it is down
 */
@ConfigurationProperties("coopmesh.topology")
record TopologySettings(
        @DefaultValue("90s") Duration lateAfter, @DefaultValue("5m") Duration downAfter) {
    TopologySettings {
        if (lateAfter.isNegative() || downAfter.compareTo(lateAfter) < 0) {
            throw new IllegalArgumentException("a node is late before it is down");
        }
    }
}
