package org.coopmesh.gateway.routing;

import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Where each service answers. */
@ConfigurationProperties("coopmesh.parts")
public record Parts(URI membership, URI billing, URI abuse) {
    /** The base address of {@code part}. */
    public URI of(Part part) {
        return switch (part) {
            case MEMBERSHIP -> membership;
            case BILLING -> billing;
            case ABUSE -> abuse;
        };
    }
}
