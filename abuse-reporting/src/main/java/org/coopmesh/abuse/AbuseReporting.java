package org.coopmesh.abuse;

import org.coopmesh.rollout.Migration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the service: complaints in, decisions and bans out. */
@SpringBootApplication
@EnableScheduling
public class AbuseReporting {
    static void main(String[] args) {
        Migration.orStart(AbuseReporting.class, args);
    }
}
