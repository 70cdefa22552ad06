package org.coopmesh.billing;

import org.coopmesh.rollout.Migration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Bytes in, money out: starts the service. Outbox, inbox and clock come with the event bus. */
@SpringBootApplication
@EnableScheduling
public class BillingService {
    static void main(String[] args) {
        Migration.orStart(BillingService.class, args);
    }
}
