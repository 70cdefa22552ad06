package org.coopmesh.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The gateway as it runs in production, over HTTP, on real PostgreSQL; servers of the JDK stand in for the services. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.DEFINED_PORT)
abstract class RunningGateway {
    static final StandInMembership MEMBERSHIP = new StandInMembership();
    static final StandInPart BILLING = new StandInPart();
    static final StandInPart ABUSE = new StandInPart();

    @DynamicPropertySource
    static void surroundings(DynamicPropertyRegistry settings) {
        int port = freePort();
        String database = Servers.freshDatabase("gateway");
        settings.add("server.port", () -> port);
        settings.add("coopmesh.public-url", () -> "http://127.0.0.1:" + port);
        settings.add("spring.datasource.url", () -> database);
        settings.add("COOPMESH_DB_USER", () -> "postgres");
        settings.add("COOPMESH_DB_PASSWORD", () -> "postgres");
        settings.add("COOPMESH_GATEWAY_CLIENT_SECRET", () -> "secret-of-the-gateway");
        settings.add("coopmesh.parts.membership", MEMBERSHIP::url);
        settings.add("coopmesh.parts.billing", BILLING::url);
        settings.add("coopmesh.parts.abuse", ABUSE::url);
    }

    @Value("${coopmesh.public-url}")
    String publicUrl;

    @BeforeEach
    void nothingHappenedYet() {
        MEMBERSHIP.issuer = publicUrl + "/id";
        MEMBERSHIP.reset();
        BILLING.reset();
        ABUSE.reset();
    }

    /** Below those that the kernel gives to connections, one of which could take it before the gateway does. */
    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // The next one, then.
            }
        }
    }
}
