package org.coopmesh.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A process that serves HTTP is asked to end. */
class FarewellTest {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void whoCallsIsAnsweredForAWhileAndAskedToComeByAnotherConnection() throws Exception {
        var process = start("PT3S");
        assertThat(connection(call(process))).isNotEqualTo("close");

        Thread ending = Thread.ofPlatform().start(process::close);
        while (readiness(process) != ReadinessState.REFUSING_TRAFFIC) Thread.sleep(5);
        String port = port(process);
        HttpResponse<String> late = call(process);
        for (int i = 0; i < 200 && !connection(late).equals("close"); i++) {
            Thread.sleep(5);
            late = call(process);
        }

        assertThat(late.statusCode()).isEqualTo(200);
        assertThat(connection(late)).isEqualTo("close");
        ending.join();
        assertThatThrownBy(() -> call(port)).isInstanceOf(IOException.class);
    }

    @Test
    void whereNoTimeIsSaidItEndsAtOnce() {
        var process = start("PT0S");
        long asked = System.nanoTime();

        process.close();

        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(2));
    }

    private static ConfigurableApplicationContext start(String farewell) {
        return new SpringApplicationBuilder(Process.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "server.shutdown=graceful",
                        "coopmesh.farewell=" + farewell)
                .run();
    }

    private HttpResponse<String> call(ConfigurableApplicationContext process) throws Exception {
        return call(port(process));
    }

    private HttpResponse<String> call(String port) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/word")).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String port(ConfigurableApplicationContext process) {
        return process.getEnvironment().getRequiredProperty("local.server.port");
    }

    private static String connection(HttpResponse<?> answer) {
        return answer.headers().firstValue("connection").orElse("");
    }

    private static ReadinessState readiness(ConfigurableApplicationContext process) {
        return process.getBean(ApplicationAvailability.class).getReadinessState();
    }

    @EnableAutoConfiguration(
            exclude = {DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
    @RestController
    static class Process {
        @GetMapping("/word")
        String word() {
            return "yes";
        }
    }
}
