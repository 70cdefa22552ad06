package org.coopmesh.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServersTest {
    @Test
    void postgresCommitsToTheDisk() throws Exception {
        try (var connection = DriverManager.getConnection(Servers.freshDatabase("probe"));
                var statement = connection.createStatement()) {
            var fsync =
                    statement.executeQuery(
                            "select current_setting('fsync') || current_setting('synchronous_commit')");

            fsync.next();

            assertThat(fsync.getString(1)).isEqualTo("onon");
        }
    }

    @Test
    void whatWasWrittenIsThereAfterARestart(@TempDir Path directory) throws Exception {
        int port = 20000 + (int) (ProcessHandle.current().pid() % 10000);
        try (var servers = Servers.start(directory, port, port + 1)) {
            servers.giveDatabase("billing", "secret");
            write("jdbc:postgresql://127.0.0.1:" + port + "/billing?user=billing&password=secret");
            assertThat(send("127.0.0.1:" + (port + 1))).isZero();
        }

        try (var servers = Servers.start(directory, port, port + 1)) {
            servers.giveDatabase("billing", "secret");

            try (var connection =
                            DriverManager.getConnection(
                                    "jdbc:postgresql://127.0.0.1:"
                                            + port
                                            + "/billing?user=billing&password=secret");
                    var rows = connection.createStatement().executeQuery("select n from kept")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(7);
            }
            assertThat(send("127.0.0.1:" + (port + 1))).isEqualTo(1);
        }
    }

    private static void write(String url) throws Exception {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("create table kept (n int)");
            statement.execute("insert into kept values (7)");
        }
    }

    private static long send(String bootstrapServers) throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>("kept", 0, "key", new byte[] {1}))
                    .get()
                    .offset();
        }
    }
}
