package org.coopmesh.rollout;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/** Gives every process that serves HTTP its farewell; by default it lasts no time. */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public class RolloutAutoConfiguration {
    @Bean
    Farewell farewell(@Value("${coopmesh.farewell:PT0S}") Duration lasts) {
        return new Farewell(lasts);
    }
}
