package org.coopmesh.billing.mail;

import java.nio.file.Path;
import org.coopmesh.billing.BillingService;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** The service in a process of its own, sending mails and nothing else, so that it can be killed. */
final class SenderProcess {
    private SenderProcess() {}

    static Process start(String database, Path keys, int smtpPort) throws java.io.IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SenderProcess.class.getName(),
                        database,
                        keys.toString(),
                        String.valueOf(smtpPort))
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
                        "--coopmesh.mail.check-interval=PT0.1S",
                        "--spring.mail.host=127.0.0.1",
                        "--spring.mail.port=" + args[2],
                        "--spring.mail.properties.mail.smtp.starttls.required=false");
    }
}
