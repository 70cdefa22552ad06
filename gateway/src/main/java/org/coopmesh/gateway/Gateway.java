package org.coopmesh.gateway;

import org.coopmesh.rollout.Migration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the door that browsers come through. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Gateway {
    /**
     * Seconds after which a connection to a part that nobody uses is closed: fewer than a part's farewell lasts, so that none is left
     * on which a call meets a part that has just stopped.
     */
    private static final String IDLE_SECONDS = "3";

    static void main(String[] args) {
        System.setProperty("jdk.httpclient.keepalive.timeout", IDLE_SECONDS);
        Migration.orStart(Gateway.class, args);
    }
}
