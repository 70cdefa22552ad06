package org.coopmesh.gateway.routing;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/** {@code bodyMax}: the largest body that is passed on. */
@ConfigurationProperties("coopmesh.routing")
record RoutingSettings(DataSize bodyMax) {}
