package org.coopmesh.billing.webhook;

import java.io.IOException;
import java.nio.file.Path;
import org.coopmesh.billing.BillingService;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** The service in a process of its own, sending messages and nothing else, so that it can be killed. */
final class TellerProcess {
    private TellerProcess() {}

    static Process start(String database, Path keys) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TellerProcess.class.getName(),
                        database,
                        keys.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] args) {
        new SpringApplicationBuilder(BillingService.class)
                .run(
                        "--spring.datasource.url=" + args[0],
                        "--spring.datasource.username=postgres",
                        "--spring.datasource.password=postgres",
                        "--spring.kafka.listener.auto-startup=false",
                        "--spring.grpc.server.port=0",
                        "--server.port=0",
                        "--coopmesh.event-bus.relay-enabled=false",
                        "--coopmesh.keys-dir=" + args[1],
                        "--coopmesh.invoice.check-interval=PT1H",
                        "--coopmesh.document.check-interval=PT1H",
                        "--coopmesh.spend.check-interval=PT1H",
                        "--coopmesh.webhook.check-interval=PT0.1S",
                        "--coopmesh.webhook.own-networks=127.0.0.1");
    }
}
