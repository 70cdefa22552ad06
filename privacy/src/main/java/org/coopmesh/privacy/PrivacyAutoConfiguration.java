package org.coopmesh.privacy;

import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Wires the register into any service that has a {@code privacy-register.json} on the class path. */
@AutoConfiguration
class PrivacyAutoConfiguration {
    @Bean
    PersonalData personalData(
            JdbcClient db, JsonMapper json, Clock clock, ObjectProvider<Enclosures> enclosures) {
        return new PersonalData(db, json, clock, enclosures.stream().toList());
    }
}
