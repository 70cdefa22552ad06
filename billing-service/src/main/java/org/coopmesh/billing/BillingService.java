package org.coopmesh.billing;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the service. */
@SpringBootApplication
@EnableScheduling
public class BillingService {
    static void main(String[] args) {
        SpringApplication.run(BillingService.class, args);
    }
}
