package org.coopmesh.abuse.decision;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Takes the policy from the settings, for whoever decides by it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DecisionSettings.class)
class PublishedPolicy {
    @Bean
    Policy policy(DecisionSettings settings) {
        return settings.policy();
    }
}
