package org.coopmesh.gateway;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the door that browsers come through. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Gateway {
    static void main(String[] args) {
        SpringApplication.run(Gateway.class, args);
    }
}
