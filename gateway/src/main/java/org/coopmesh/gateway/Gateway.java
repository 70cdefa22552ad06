package org.coopmesh.gateway;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the service. */
@SpringBootApplication
@EnableScheduling
public class Gateway {
    static void main(String[] args) {
        SpringApplication.run(Gateway.class, args);
    }
}
