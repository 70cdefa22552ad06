package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service that is told what the chart tells its pod comes into a PostgreSQL and a Kafka whose certificates are of an authority of
 * the house, and into none whose are not.
 */
@Tag("apart")
class PrivateAuthorityIT {
    private static final String USER = "village-abuse";
    private static final String PASSWORD = "sesame-sesame";
    private static final String IN_THE_POD = "/run/authorities/";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir private static Path temp;

    private static Authority house;
    private static EmbeddedPostgres postgres;
    private static Process kafka;
    private static int kafkaPort;

    /** Issues certificates for this machine. */
    private record Authority(KeyPair keys, String certificate) {
        static Authority make(String name) throws Exception {
            KeyPair keys = keyPair();
            return new Authority(keys, signed(name, keys, keys, true));
        }

        /** Key and certificate. */
        String[] server() throws Exception {
            KeyPair server = keyPair();
            return new String[] {
                pem("PRIVATE KEY", server.getPrivate().getEncoded()),
                signed("house", server, keys, false)
            };
        }

        private static String signed(String issuer, KeyPair of, KeyPair by, boolean isAuthority)
                throws Exception {
            Instant now = Instant.now();
            var certificate =
                    new JcaX509v3CertificateBuilder(
                            new X500Name("CN=" + issuer),
                            java.math.BigInteger.valueOf(System.nanoTime()),
                            Date.from(now.minus(Duration.ofDays(1))),
                            Date.from(now.plus(Duration.ofDays(2))),
                            new X500Name("CN=" + (isAuthority ? issuer : "server")),
                            of.getPublic());
            certificate.addExtension(
                    Extension.basicConstraints, true, new BasicConstraints(isAuthority));
            if (!isAuthority) {
                certificate.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
            }
            return pem(
                    "CERTIFICATE",
                    certificate
                            .build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(by.getPrivate()))
                            .getEncoded());
        }

        private static KeyPair keyPair() throws Exception {
            var curve = KeyPairGenerator.getInstance("EC");
            curve.initialize(new ECGenParameterSpec("secp256r1"));
            return curve.generateKeyPair();
        }

        private static String pem(String label, byte[] der) {
            String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
            return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
        }
    }

    @BeforeAll
    static void start() throws Exception {
        house = Authority.make("house");
        startPostgres(house.server());
        startKafka(house.server());
    }

    private static void startPostgres(String[] server) throws Exception {
        Path key = Files.writeString(temp.resolve("postgres.key"), server[0]);
        Path certificate = Files.writeString(temp.resolve("postgres.crt"), server[1]);
        Files.setPosixFilePermissions(
                key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        postgres =
                EmbeddedPostgres.builder()
                        .setServerConfig("listen_addresses", "localhost")
                        .setServerConfig("ssl", "on")
                        .setServerConfig("ssl_key_file", key.toString())
                        .setServerConfig("ssl_cert_file", certificate.toString())
                        .start();
        try (var db = postgres.getPostgresDatabase().getConnection();
                var statement = db.createStatement()) {
            statement.execute("create role abuse login superuser password '" + PASSWORD + "'");
            statement.execute("create database abuse owner abuse");
        }
    }

    /** As it is shipped, with a door for clients that wants TLS and a password. */
    private static void startKafka(String[] server) throws Exception {
        kafkaPort = freePort();
        int inside = freePort();
        int controller = freePort();
        Path keys = Files.writeString(temp.resolve("kafka.pem"), server[0] + server[1]);
        Path settings =
                Files.writeString(
                        temp.resolve("server.properties"),
                        """
                        process.roles=broker,controller
                        node.id=1
                        controller.quorum.voters=1@127.0.0.1:%2$d
                        listeners=OUT://127.0.0.1:%1$d,IN://127.0.0.1:%3$d,CONTROLLER://127.0.0.1:%2$d
                        advertised.listeners=OUT://localhost:%1$d,IN://127.0.0.1:%3$d
                        listener.security.protocol.map=OUT:SASL_SSL,IN:PLAINTEXT,CONTROLLER:PLAINTEXT
                        controller.listener.names=CONTROLLER
                        inter.broker.listener.name=IN
                        sasl.enabled.mechanisms=SCRAM-SHA-512
                        listener.name.out.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
                        listener.name.out.ssl.keystore.type=PEM
                        listener.name.out.ssl.keystore.location=%4$s
                        log.dirs=%5$s
                        offsets.topic.num.partitions=1
                        offsets.topic.replication.factor=1
                        group.initial.rebalance.delay.ms=0
                        """
                                .formatted(
                                        kafkaPort,
                                        controller,
                                        inside,
                                        keys,
                                        temp.resolve("kafka-data")));
        Process format =
                java(
                        "kafka-format.log",
                        "kafka.tools.StorageTool",
                        "format",
                        "--config",
                        settings.toString(),
                        "--cluster-id",
                        "MkU3OEVBNTcwNTJENDM2Qk",
                        "--add-scram",
                        "SCRAM-SHA-512=[name=" + USER + ",password=" + PASSWORD + "]");
        assertThat(format.waitFor()).as(said("kafka-format.log")).isZero();
        kafka = java("kafka.log", "kafka.Kafka", settings.toString());
    }

    @AfterAll
    static void stop() throws Exception {
        if (kafka != null) kafka.destroyForcibly().waitFor();
        if (postgres != null) postgres.close();
    }

    @Test
    void aServiceComesInWithTheAuthorityThatTheChartNames() throws Exception {
        Map<String, String> told = told(house);

        Process service = service(told, "service.log");

        try {
            Instant giveUp = Instant.now().plus(PATIENCE);
            while (members(told) == 0 && Instant.now().isBefore(giveUp) && service.isAlive()) {
                Thread.sleep(500);
            }
            assertThat(members(told)).as(said("service.log")).isPositive();
            // It hears what others say only after its tables are made
            try (var db =
                            DriverManager.getConnection(
                                    told.get("COOPMESH_DB_URL"), "abuse", PASSWORD);
                    var result =
                            db.createStatement()
                                    .executeQuery(
                                            "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")) {
                result.next();
                assertThat(result.getBoolean("ssl")).isTrue();
            }
        } finally {
            service.destroyForcibly().waitFor();
        }
    }

    @Test
    void whoHasACertificateOfAnotherAuthorityIsNotCalled() throws Exception {
        Map<String, String> told = told(Authority.make("elsewhere"));

        assertThatThrownBy(() ->
                        DriverManager.getConnection(told.get("COOPMESH_DB_URL"), "abuse", PASSWORD))
                .isInstanceOf(SQLException.class)
                .hasStackTraceContaining("PKIX path building failed");
        assertThatThrownBy(() -> members(told))
                .hasStackTraceContaining("PKIX path building failed");
    }

    /** The environment of the pod of abuse-reporting, with what is mounted there in a folder here. */
    private static Map<String, String> told(Authority trusted) throws IOException {
        Path values =
                Files.writeString(
                        temp.resolve("values.yaml"),
                        """
                        publicUrl: http://localhost
                        podAddresses: 10\\.244\\.\\d{1,3}\\.\\d{1,3}
                        neverBan: [127.0.0.1]
                        secret: coopmesh
                        postgresql: { host: localhost, port: %d, sslMode: verify-full, caSecret: postgresql-ca }
                        kafka:
                          bootstrapServers: "localhost:%d"
                          securityProtocol: SASL_SSL
                          saslMechanism: SCRAM-SHA-512
                          saslSecret: kafka
                          caSecret: kafka-ca
                        nodePorts: { membership: { host: localhost }, billing: { host: localhost } }
                        """
                                .formatted(postgres.getPort(), kafkaPort));
        String rendered =
                new Helm(Repository.path("helm/coopmesh"))
                        .template()
                        .withName("village")
                        .withKubeVersion("1.33.0")
                        .withValuesFile(values)
                        .call();
        Path mounted = Files.createTempDirectory(temp, "authorities");
        Map<String, Object> pod = Map.of();
        Map<String, String> settings = Map.of();
        for (Map<String, Object> object : Repository.objects(rendered)) {
            Object metadata = object.get("metadata");
            if (!((Map<?, ?>) metadata).get("name").equals("village-abuse")) continue;
            if (object.get("kind").equals("ConfigMap")) {
                settings = strings(object.get("data"));
            } else if (object.get("kind").equals("Deployment")) {
                pod = object;
            }
        }
        for (String file : List.of("postgresql", "kafka")) {
            assertThat(pod.toString())
                    .contains(
                            "{secret={name="
                                    + file
                                    + "-ca, items=[{key=ca.crt, path="
                                    + file
                                    + ".crt}]}}")
                    .contains("mountPath=" + IN_THE_POD.replaceFirst("/$", ""));
            Files.writeString(mounted.resolve(file + ".crt"), trusted.certificate());
        }
        var told = new HashMap<String, String>();
        settings.forEach((name, value) -> told.put(name, value.replace(IN_THE_POD, mounted + "/")));
        told.put("COOPMESH_DB_PASSWORD", PASSWORD);
        told.put(
                "SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
                        + USER
                        + "\" password=\""
                        + PASSWORD
                        + "\";");
        return told;
    }

    /** How many listen to Kafka in the name of the service, asked over the same way as the service takes. */
    private static int members(Map<String, String> told) throws Exception {
        var settings = new HashMap<String, Object>();
        settings.put("bootstrap.servers", told.get("COOPMESH_KAFKA"));
        settings.put("security.protocol", told.get("SPRING_KAFKA_SECURITY_PROTOCOL"));
        settings.put("sasl.mechanism", told.get("SPRING_KAFKA_PROPERTIES_SASL_MECHANISM"));
        settings.put("sasl.jaas.config", told.get("SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG"));
        settings.put("ssl.truststore.type", told.get("SPRING_KAFKA_SSL_TRUSTSTORETYPE"));
        settings.put(
                "ssl.truststore.location",
                told.get("SPRING_KAFKA_SSL_TRUSTSTORELOCATION").replaceFirst("^file:", ""));
        try (Admin admin = Admin.create(settings)) {
            var groups = admin.listGroups().all().get(60, TimeUnit.SECONDS);
            int members = 0;
            for (var group : groups) {
                if (!group.groupId().startsWith("abuse-reporting")) continue;
                members +=
                        admin.describeConsumerGroups(List.of(group.groupId()))
                                .all()
                                .get(60, TimeUnit.SECONDS)
                                .get(group.groupId())
                                .members()
                                .size();
            }
            return members;
        }
    }

    private static Process service(Map<String, String> told, String log) throws IOException {
        Path jar =
                Repository.path("abuse-reporting/target/abuse-reporting-0.1.0-SNAPSHOT-exec.jar");
        var builder =
                builder(
                        log,
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx160m",
                        "-jar",
                        jar.toString(),
                        "--server.port=0");
        builder.environment().putAll(told);
        return builder.start();
    }

    private static Process java(String log, String... words) throws IOException {
        var command = new ArrayList<>(List.of("-Xmx256m", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(words));
        return builder(log, command.toArray(String[]::new)).start();
    }

    private static ProcessBuilder builder(String log, String... words) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve(log).toFile());
    }

    private static String said(String log) throws IOException {
        return Files.readString(temp.resolve(log));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Map<String, String> strings(Object data) {
        var strings = new HashMap<String, String>();
        ((Map<?, ?>) data).forEach((name, value) -> strings.put("" + name, "" + value));
        return strings;
    }
}
