package org.coopmesh.membership;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the service. */
@SpringBootApplication
@EnableScheduling
public class MembershipService {
    static void main(String[] args) {
        SpringApplication.run(MembershipService.class, args);
    }
}
