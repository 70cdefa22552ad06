package org.coopmesh.membership;

import org.coopmesh.rollout.Migration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the service. */
@SpringBootApplication
@EnableScheduling
public class MembershipService {
    static void main(String[] args) {
        Migration.orStart(MembershipService.class, args);
    }
}
