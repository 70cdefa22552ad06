package org.coopmesh.gateway;

import org.coopmesh.rollout.Migration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the door that browsers come through. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Gateway {
    static void main(String[] args) {
        Migration.orStart(Gateway.class, args);
    }
}
