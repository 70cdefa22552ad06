package org.coopmesh.abuse.bouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.coopmesh.abuse.FreshDatabase;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Person;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;

/**
 * Debian's crowdsec-firewall-bouncer, as it is shipped, takes a ban from this service over HTTP and drops packets by nftables,
 * in a network namespace of its own. Linux, root; {@code ./coopmesh test} fetches the bouncer.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.kafka.listener.auto-startup=false",
            "coopmesh.event-bus.relay-enabled=false",
            "server.address=0.0.0.0"
        })
@AutoConfigureMockMvc
@ContextConfiguration(initializers = FreshDatabase.class)
@Import(Village.class)
@DirtiesContext
class StockBouncerIT {
    private static final Person MODERATOR = Person.with("member", "moderator");
    private static final String NAMESPACE = "coopmesh-bnc";
    private static final String LINE = "cm-bnc0";
    private static final String HERE = "10.99.77.1";
    private static final String FIREWALL = "10.99.77.2";
    private static final String FIREWALL_V6 = "fd99:77::2";
    private static final String ATTACKER = "198.51.100.77";
    private static final String ATTACKER_V6 = "2001:db8:bad::77";
    private static final String NEIGHBOUR = "198.51.100.78";
    private static final Duration SOON = Duration.ofSeconds(20);

    @LocalServerPort int port;
    @Autowired Calls calls;
    @Autowired TestClock clock;
    @TempDir Path scratch;

    private Process bouncer;

    @BeforeEach
    void twoMachinesAndALineBetween() throws Exception {
        assumeThat(ip("-V")).as("ip, and root to make a network namespace").isTrue();
        assumeThat(System.getProperty("user.name")).as("root").isEqualTo("root");
        assumeThat(Stream.of("/usr/sbin/nft", "/sbin/nft").map(Path::of).anyMatch(Files::exists))
                .as("nft")
                .isTrue();
        assumeThat(binary()).as("crowdsec-firewall-bouncer").isPresent();
        remove();
        run("ip", "netns", "add", NAMESPACE);
        run("ip", "link", "add", LINE, "type", "veth", "peer", "name", "eth0", "netns", NAMESPACE);
        for (String address : List.of(HERE + "/30", ATTACKER + "/32", NEIGHBOUR + "/32")) {
            run("ip", "address", "add", address, "dev", LINE);
        }
        for (String address : List.of("fd99:77::1/64", ATTACKER_V6 + "/128")) {
            run("ip", "address", "add", address, "dev", LINE, "nodad");
        }
        run("ip", "link", "set", LINE, "up");
        within("ip", "link", "set", "lo", "up");
        within("ip", "address", "add", FIREWALL + "/30", "dev", "eth0");
        within("ip", "address", "add", FIREWALL_V6 + "/64", "dev", "eth0", "nodad");
        within("ip", "link", "set", "eth0", "up");
        within("ip", "route", "add", "default", "via", HERE);
        within("ip", "-6", "route", "add", "default", "via", "fd99:77::1");
    }

    @AfterEach
    void remove() throws Exception {
        if (bouncer != null) {
            bouncer.destroy();
            if (!bouncer.waitFor(10, TimeUnit.SECONDS)) bouncer.destroyForcibly();
        }
        ip("link", "delete", LINE);
        ip("netns", "delete", NAMESPACE);
    }

    @Test
    void aBanDropsPacketsAtAStockFirewallAndItsEndLetsThemIn() throws Exception {
        String early = ban(ATTACKER_V6);
        start();
        await().atMost(SOON).until(() -> !reaches(ATTACKER_V6, FIREWALL_V6));
        assertThat(reaches(ATTACKER, FIREWALL)).isTrue();

        long clicked = System.nanoTime();
        String ban = ban(ATTACKER);
        await().atMost(SOON).until(() -> !reaches(ATTACKER, FIREWALL));
        System.out.printf(
                "ban to drop at a bouncer that polls each second: %d ms%n",
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - clicked));
        assertThat(reaches(NEIGHBOUR, FIREWALL)).isTrue();

        lift(ban);
        await().atMost(SOON).until(() -> reaches(ATTACKER, FIREWALL));
        assertThat(reaches(ATTACKER_V6, FIREWALL_V6)).isFalse();
        lift(early);
        await().atMost(SOON).until(() -> reaches(ATTACKER_V6, FIREWALL_V6));
        calls.get(Person.with("network"), "/api/bouncers")
                .andExpect(result ->
                        assertThat(result.getResponse().getContentAsString())
                                .contains("crowdsec-firewall-bouncer", FIREWALL));
    }

    private void start() throws Exception {
        String key =
                Calls.read(
                        calls.post(
                                        Person.with("member", "board"),
                                        "/api/bouncers",
                                        "{\"name\": \"stock\"}")
                                .andExpect(status().isCreated()),
                        "$.key");
        Path settings = scratch.resolve("bouncer.yaml");
        Files.writeString(
                settings,
                """
                mode: nftables
                pid_dir: %s
                update_frequency: 1s
                daemonize: false
                log_mode: stdout
                api_url: http://%s:%d/
                api_key: %s
                deny_action: DROP
                supported_decisions_types: [ban]
                blacklists_ipv4: crowdsec-blacklists
                blacklists_ipv6: crowdsec6-blacklists
                nftables:
                  ipv4: {enabled: true, set-only: false, table: crowdsec, chain: crowdsec-chain}
                  ipv6: {enabled: true, set-only: false, table: crowdsec6, chain: crowdsec6-chain}
                """
                        .formatted(scratch, HERE, port, key));
        bouncer =
                new ProcessBuilder(
                                "ip",
                                "netns",
                                "exec",
                                NAMESPACE,
                                binary().orElseThrow().toString(),
                                "-c",
                                settings.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(scratch.resolve("bouncer.log").toFile())
                        .start();
    }

    private static Optional<Path> binary() {
        String state = System.getenv().getOrDefault("COOPMESH_STATE", "../.coopmesh");
        return Stream.of(
                        "/usr/bin/crowdsec-firewall-bouncer",
                        state + "/tools/crowdsec-firewall-bouncer")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    private String ban(String address) throws Exception {
        return Calls.read(
                calls.post(
                                MODERATOR,
                                "/api/bans",
                                "{\"target\": {\"kind\": \"address\", \"value\": \"%s\"}, \"until\": \"%s\", \"reason\": \"it scans\"}"
                                        .formatted(address, Village.in(clock.instant(), 3600)))
                        .andExpect(status().isCreated()),
                "$.id");
    }

    private void lift(String ban) throws Exception {
        calls.post(MODERATOR, "/api/bans/" + ban + "/lift", "{\"reason\": \"over\"}")
                .andExpect(status().isOk());
    }

    private static boolean reaches(String from, String to) throws Exception {
        return succeeds("ping", "-n", "-c", "1", "-W", "1", "-I", from, to);
    }

    private static boolean ip(String... words) throws Exception {
        return succeeds(Stream.concat(Stream.of("ip"), Stream.of(words)).toArray(String[]::new));
    }

    private static void within(String... command) throws Exception {
        run(
                Stream.concat(Stream.of("ip", "netns", "exec", NAMESPACE), Stream.of(command))
                        .toArray(String[]::new));
    }

    private static boolean succeeds(String... command) throws Exception {
        try {
            run(command);
            return true;
        } catch (IOException failed) {
            return false;
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }
}
