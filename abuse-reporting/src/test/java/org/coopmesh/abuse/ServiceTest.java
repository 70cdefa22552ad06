package org.coopmesh.abuse;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/** The whole service on a database of its own and a clock that the test moves; without Kafka. Shared by all such tests. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        properties = {
            "spring.kafka.listener.auto-startup=false",
            "coopmesh.event-bus.relay-enabled=false"
        })
@AutoConfigureMockMvc
@ContextConfiguration(initializers = FreshDatabase.class)
@Import(Village.class)
public @interface ServiceTest {}
