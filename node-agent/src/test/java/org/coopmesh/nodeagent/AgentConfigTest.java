package org.coopmesh.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.coopmesh.nodeagent.portblock.PortBlocks;
import org.coopmesh.nodeagent.sharing.Sharing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentConfigTest {
    private static final String LEAST =
            """
            state-dir: /var/lib/coopmesh
            membership: coop-core:9081
            billing = [fd42::1]:9082
            ca-fingerprint: %s
            """
                    .formatted("AB".repeat(32));

    @TempDir Path directory;

    @Test
    void whatIsNotSetHasADefault() throws Exception {
        AgentConfig config = read(LEAST);

        assertThat(config.stateDir()).isEqualTo(Path.of("/var/lib/coopmesh"));
        assertThat(config.billing()).isEqualTo("[fd42::1]:9082");
        assertThat(config.caFingerprint()).isEqualTo("ab".repeat(32));
        assertThat(config.enrolmentCode()).isEmpty();
        assertThat(config.uplink()).isEmpty();
        assertThat(config.window()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.counters()).isEqualTo(AgentConfig.CounterSource.NFTABLES);
        assertThat(config.clock()).isEqualTo(AgentConfig.TimeSource.SYSTEM);
        assertThat(config.table()).isEqualTo("coopmesh");
        assertThat(config.collect()).isEmpty();
        assertThat(config.respondd()).isEmpty();
        assertThat(config.respondContact()).isEmpty();
    }

    private static final String SHARE =
            """
            share: wan=18000/90000, mesh0=40000
            share-inside: br-lan, mesh0
            """;

    @Test
    void linesAreSharedWhereItSaysSo() throws Exception {
        Sharing sharing = read(LEAST + SHARE + "share-ceiling: 60\n").sharing().orElseThrow();

        assertThat(sharing.lines())
                .containsExactly(
                        new Sharing.Line("wan", 18_000, OptionalLong.of(90_000)),
                        new Sharing.Line("mesh0", 40_000, OptionalLong.empty()));
        assertThat(sharing.inside()).containsExactly("br-lan", "mesh0");
        assertThat(sharing.ceilingPercent()).isEqualTo(60);
        assertThat(read(LEAST + SHARE).sharing().orElseThrow().ceilingPercent()).isEqualTo(100);
        assertThat(read(LEAST).sharing()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    share: wan                                    | share: is a list of interface=up/down in kbit/s
                    share: wan=63                                 | share: a rate is from 64 to 10000000 kbit/s
                    share: wan=64/10000001                        | share: a rate is from 64 to 10000000 kbit/s
                    share: wan=900/900                            | share: makes no sense: a rate down and the interfaces inside belong together
                    share: wan=900~share-inside: br-lan           | share: makes no sense: a rate down and the interfaces inside belong together
                    share: wan=900/900~share-inside: wan          | share: makes no sense: wan is no interface inside
                    share: a=900/900,b=900/900~share-inside: c    | share: makes no sense: one line may have a rate down, not 2
                    share: wan=900,wan=800                        | share: makes no sense: a line is named twice
                    share: wan=900~share-ceiling: 0               | share-ceiling: is a percentage from 1 to 100
                    share: wan=900~share-ceiling: half            | share-ceiling: is a percentage from 1 to 100
                    share-ceiling: 50                             | share-ceiling: needs share
                    share: wan=900~counters: simulated~firewall: none | share: needs firewall nftables
                    """)
    void sharingThatMakesNoSenseIsRefusedByKeyAndRule(String lines, String complaint) {
        assertThatThrownBy(() -> read(LEAST + lines.replace('~', '\n') + "\n"))
                .isInstanceOf(ConfigWrong.class)
                .hasMessageContaining(complaint);
    }

    private static final String NAT =
            """
            uplink: wan
            nat-inside: 10.201.0.0/20
            nat-outside: 198.51.100.10, 198.51.100.11
            """;

    @Test
    void outsideAddressesAreSharedByPortBlocksWhereItSaysSo() throws Exception {
        PortBlocks blocks =
                read(LEAST + NAT + "nat-slot: 26\nnat-ports: 2048-60000\nnat-block: 256\n")
                        .portBlocks()
                        .orElseThrow();

        assertThat(blocks.slots()).isEqualTo(64);
        assertThat(blocks.outside()).hasSize(2);
        assertThat(blocks.block(0).first()).isEqualTo(2_048);
        assertThat(read(LEAST + NAT).portBlocks().orElseThrow().blockPorts()).isEqualTo(512);
        assertThat(read(LEAST).portBlocks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    nat-slot: wide       | nat-slot: is the length of a prefix
                    nat-slot: 12         | nat-block: does not fit: a slot has from 20 to 32 bits
                    nat-ports: 2048      | nat-ports: is as 1024-49151
                    nat-ports: 80-2048   | nat-block: does not fit: ports lie from 1024 to 64511
                    nat-block: many      | nat-block: is a number of ports
                    nat-block: 24000     | nat-block: does not fit: 16 slots of 24000 ports need 8 outside addresses, 2 slots each; there are 2. Blocks of 6016 would fit
                    """)
    void portBlocksThatMakeNoSenseAreRefusedByKeyAndRule(String line, String complaint) {
        assertThatThrownBy(() -> read(LEAST + NAT + line + "\n"))
                .isInstanceOf(ConfigWrong.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void smallRoutersAreAskedAndMapsAnsweredWhereItSaysSo() throws Exception {
        AgentConfig config =
                read(
                        LEAST
                                + """
                                collect = br-mesh, mesh0
                                respondd = on
                                respondd-contact: Ada <mesh@example.org>
                                """);

        assertThat(config.collect()).containsExactly("br-mesh", "mesh0");
        assertThat(config.respondd()).containsExactly("br-mesh", "mesh0");
        assertThat(config.respondContact()).isEqualTo("Ada <mesh@example.org>");
        AgentConfig answersOnly = read(LEAST + "respondd: on\nrespondd-interfaces: bat0\n");
        assertThat(answersOnly.collect()).isEmpty();
        assertThat(answersOnly.respondd()).containsExactly("bat0");
    }

    @Test
    void everythingCanBeSet() throws Exception {
        AgentConfig config =
                read(
                        LEAST
                                + """
                                enrolment-code: 0123-4567-89ab-cdef-ghjk-mnpq-rs
                                uplink: eth0.7
                                window: PT1S
                                counters: simulated
                                firewall: none
                                clock: server
                                table: lab_node1
                                spool-bytes-max: 65536
                                """);

        assertThat(config.enrolmentCode()).isEqualTo("0123456789ABCDEFGHJKMNPQRS");
        assertThat(config.uplink()).contains("eth0.7");
        assertThat(config.window()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.firewall()).isEqualTo(AgentConfig.FirewallKind.NONE);
        assertThat(config.clock()).isEqualTo(AgentConfig.TimeSource.SERVER);
        assertThat(config.spoolBytesMax()).isEqualTo(65_536);
    }

    @Test
    void figuresAreToldOnLoopbackOrWhereItIsSaid() throws Exception {
        assertThat(read(LEAST).metrics()).isEmpty();
        assertThat(read(LEAST + "metrics: 127.0.0.1:9469\n").metrics().orElseThrow().getPort())
                .isEqualTo(9469);
        assertThat(read(LEAST + "metrics: [::1]:9469\n").metrics()).isPresent();
        assertThat(read(LEAST + "metrics: 10.0.0.1:9469\nmetrics-beyond-loopback: yes\n").metrics())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    windw: PT5M              | windw: is not a known key
                    nat-inside: 10.201.0.0/20 | nat-inside: and nat-outside belong together
                    nat-outside: 10.1.1.1    | nat-inside: and nat-outside belong together
                    nat-block: 64            | nat-block: needs nat-inside and nat-outside
                    window: 5 minutes        | window: is an ISO-8601 duration from PT1S to PT1H
                    window: PT0.5S           | window: is an ISO-8601 duration from PT1S to PT1H
                    window: PT2H             | window: is an ISO-8601 duration from PT1S to PT1H
                    window: PT1.0000001S     | window: is an ISO-8601 duration from PT1S to PT1H
                    counters: ebpf           | counters: is one of [nftables, simulated]
                    firewall: none           | counters: nftables counts in the table of firewall nftables
                    clock: ntp               | clock: is one of [system, server]
                    enrolment-code: 123      | enrolment-code: has 26 characters
                    uplink: ../../etc        | uplink: is the name of an interface
                    table: drop; table       | table: is a name of lower-case letters
                    spool-bytes-max: 1       | spool-bytes-max: is a number of bytes from 65536
                    state-dir: /tmp          | state-dir: is set twice
                    metrics: 0.0.0.0:9469    | metrics: is a loopback address, unless metrics-beyond-loopback says yes
                    metrics: [::]:9469       | metrics: is a loopback address
                    metrics: localhost:9469  | metrics: is an address and a port, not a name
                    metrics: 9469            | metrics: is host:port
                    metrics-beyond-loopback: 1 | metrics-beyond-loopback: is yes or no
                    collect: br mesh         | collect: is a list of interface names
                    collect: br-mesh,        | collect: is a list of interface names
                    collect: a,b,a           | collect: names an interface twice
                    collect: a,b,c,d,e,f,g,h,i | collect: names at most 8 interfaces
                    links: wg a              | links: is a list of interface=node id
                    links: wg=abc            | links: is a list of interface=node id
                    links: a,b,a             | links: names an interface twice
                    portal: pay.example.org  | portal: is a URL that begins with https:// or http://
                    portal: ftp://a/b        | portal: is a URL that begins with https:// or http://
                    respondd: yes            | respondd: is one of [on, off]
                    respondd: on             | respondd: needs respondd-interfaces or collect
                    respondd-interfaces: bat0 | respondd-interfaces: says where respondd answers; it is off
                    respondd-contact: me     | respondd-contact: is told by respondd; it is off
                    """)
    void aWrongLineNamesKeyAndRule(String line, String message) {
        assertThatThrownBy(() -> read(LEAST + line + "\n"))
                .isInstanceOf(ConfigWrong.class)
                .hasMessageContaining(message);
    }

    @Test
    void linksNameTheirNeighbourOrNobody() throws Exception {
        AgentConfig config =
                read(
                        LEAST
                                + "links: wg-anna=%s, mesh1\nportal: https://pay.example.org/a\n"
                                        .formatted("0a".repeat(32)));

        assertThat(config.links())
                .containsExactly(Map.entry("wg-anna", "0a".repeat(32)), Map.entry("mesh1", ""));
        assertThat(config.portal()).contains(URI.create("https://pay.example.org/a"));
    }

    @Test
    void namesAreKeptInTheZoneThatItSaysOrNotAtAll() throws Exception {
        assertThat(read(LEAST).namesZone()).contains("mesh");
        assertThat(read(LEAST).hostsFile()).hasFileName("hosts.coopmesh");
        assertThat(read(LEAST + "names-zone: village.mesh\nhosts-file: /run/hosts\n").hostsFile())
                .isEqualTo(Path.of("/run/hosts"));
        assertThat(read(LEAST + "names-zone: none\n").namesZone()).isEmpty();
        assertThatThrownBy(() -> read(LEAST + "names-zone: Village.\n"))
                .hasMessageContaining("names-zone: is none, or what names end with");
    }

    @Test
    void linesThatDoNotGoTogetherAreRefused() {
        assertThatThrownBy(() -> read(LEAST + "uplink: wan0\nlinks: mesh0,wan0\n"))
                .hasMessageContaining("links: are of the mesh; wan0 is the uplink");
        assertThatThrownBy(() ->
                        read(LEAST + "firewall: none\ncounters: simulated\nportal: http://a/\n"))
                .hasMessageContaining("portal: needs firewall nftables");
        assertThatThrownBy(() -> read(LEAST + "uplink: wan0\ncollect: mesh0,wan0\n"))
                .hasMessageContaining("collect: is of the mesh; wan0 is the uplink");
        assertThatThrownBy(() ->
                        read(LEAST + "collect: a\nrespondd: on\nrespondd-contact: a\\u0007b\n"))
                .hasMessageContaining("respondd-contact: has at most 128");
    }

    @ParameterizedTest
    @CsvSource({
        "state-dir,state-dir: is required",
        "membership,membership: is required",
        "billing,billing: is required",
        "ca-fingerprint,ca-fingerprint: is required"
    })
    void aMissingLineIsNamed(String key, String message) {
        assertThatThrownBy(() -> read(LEAST.replaceAll("(?m)^" + key + ".*$", "")))
                .isInstanceOf(ConfigWrong.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "membership: coop-core,membership: is host:port",
        "membership: coop-core:99999,membership: has a port from 1 to 65535",
        "ca-fingerprint: abcd,ca-fingerprint: is a SHA-256"
    })
    void aReplacedLineIsChecked(String line, String message) {
        String key = line.substring(0, line.indexOf(':'));
        assertThatThrownBy(() -> read(LEAST.replaceAll("(?m)^" + key + ".*$", line)))
                .isInstanceOf(ConfigWrong.class)
                .hasMessageContaining(message);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> AgentConfig.read(directory.resolve("none.conf")))
                .isInstanceOf(ConfigWrong.class)
                .hasMessageContaining("none.conf: is not a file");
    }

    private AgentConfig read(String text) throws IOException, ConfigWrong {
        return AgentConfig.read(Files.writeString(directory.resolve("agent.conf"), text));
    }
}
