package org.coopmesh.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port for figures tells them to who asks there, and nothing else. */
class MetricsPortTest {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MetricsPort port =
            new MetricsPort(registry, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    @BeforeEach
    void open() {
        port.start();
    }

    @AfterEach
    void close() {
        port.stop();
    }

    @Test
    void whatIsCountedIsToldInTheFormatOfPrometheus() throws Exception {
        registry.counter("coopmesh.things", "kind", "small").increment(3);

        HttpResponse<String> answer = ask("GET", "/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(MetricsPort.FORMAT);
        assertThat(answer.body().lines())
                .contains("coopmesh_things_total{kind=\"small\"} 3.0")
                .contains("# TYPE coopmesh_things_total counter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics/", "/metrics/x", "/actuator/env", "/../metrics"})
    void nothingElseIsThere(String path) throws Exception {
        HttpResponse<String> answer = ask("GET", path);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void itIsOnlyRead() throws Exception {
        assertThat(ask("POST", "/metrics").statusCode()).isEqualTo(405);
    }

    @Test
    void withPortZeroItStaysClosed() {
        assertThat(port.isAutoStartup()).isFalse();
        assertThat(
                        new MetricsPort(registry, new InetSocketAddress("127.0.0.1", 9400))
                                .isAutoStartup())
                .isTrue();
    }

    @Test
    void oneThatWasClosedIsGoneAndCanBeOpenedAgain() {
        port.stop();
        assertThat(port.isRunning()).isFalse();

        port.start();
        assertThat(port.isRunning()).isTrue();
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.port() + path))
                            .method(method, BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
