package org.coopmesh.membership.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** A real name server, nsd, has the zone from here and answers members with it. */
@ExtendWith(OutputCaptureExtension.class)
class NameServerIT extends ServedZone {
    private static final Path NSD = Path.of("/usr/sbin/nsd");
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path dir;

    @BeforeAll
    static void nsdIsThere() {
        assumeTrue(Files.isExecutable(NSD), "nsd is not installed");
    }

    @Test
    void aNameResolvesAndAChangeArrivesByNotifyAndIxfr(CapturedOutput output) throws Exception {
        Owner owner = owner();
        UUID goes = name(owner, "windmuehle", "");
        name(owner, "kamera", ", \"service\": {\"type\": \"rtsp\", \"port\": 554}");
        publish();
        Process nsd = nsd(SECONDARY_PORT, SECRET);
        try {
            await().atMost(SOON).until(() -> rcode("windmuehle", SECONDARY_PORT) == Rcode.NOERROR);
            assertThat(resolved("windmuehle.village.mesh.", Type.A))
                    .containsExactly(addressOf(owner));
            assertThat(resolved("_rtsp._tcp.village.mesh.", Type.PTR))
                    .containsExactly("kamera._rtsp._tcp.village.mesh.");
            assertThat(resolved("kamera._rtsp._tcp.village.mesh.", Type.SRV))
                    .containsExactly("0 0 554 kamera.village.mesh.");
            assertThat(rcode("nichts", SECONDARY_PORT)).isEqualTo(Rcode.NXDOMAIN);

            // The SOA says to look again after five minutes: what comes sooner was told
            name(owner, "ofen", "");
            release(owner, goes);
            long serial = publish();

            await().atMost(SOON).until(() -> rcode("ofen", SECONDARY_PORT) == Rcode.NOERROR);
            assertThat(rcode("windmuehle", SECONDARY_PORT)).isEqualTo(Rcode.NXDOMAIN);
            assertThat(log())
                    .containsPattern("notify for village\\.mesh.* from 127\\.0\\.0\\.1")
                    .contains("TSIG verified with key transfer.village.mesh")
                    .contains("is updated to " + serial);
            assertThat(output).contains("whole zone fetched", "difference of zone fetched");
        } finally {
            end(nsd);
        }
    }

    @Test
    void whoHasAnotherKeyGetsNothing() throws Exception {
        name(owner(), "verborgen", "");
        publish();
        int port = freePort();
        Process nsd = nsd(port, WRONG_SECRET);
        try {
            await().atMost(SOON).until(() -> log().contains("NOTAUTH") || log().contains("tsig"));

            assertThat(rcode("verborgen", port)).isEqualTo(Rcode.SERVFAIL);
        } finally {
            end(nsd);
        }
    }

    private Process nsd(int port, String secret) throws IOException {
        String key = KEY.substring(0, KEY.length() - 1);
        Path conf = dir.resolve("nsd.conf");
        Files.writeString(
                conf,
                """
                server:
                  ip-address: 127.0.0.1
                  port: %1$d
                  username: ""
                  chroot: ""
                  server-count: 1
                  database: ""
                  zonesdir: "%2$s"
                  pidfile: "%2$s/nsd.pid"
                  xfrdfile: "%2$s/xfrd.state"
                  xfrdir: "%2$s"
                  zonelistfile: "%2$s/zone.list"
                  logfile: "%2$s/nsd.log"
                  xfrd-reload-timeout: 0
                  verbosity: 5
                remote-control:
                  control-enable: no
                key:
                  name: "%3$s"
                  algorithm: hmac-sha256
                  secret: "%4$s"
                zone:
                  name: "village.mesh"
                  zonefile: "village.mesh.zone"
                  request-xfr: 127.0.0.1@%5$d %3$s
                  allow-notify: 127.0.0.1 %3$s
                """
                        .formatted(port, dir, key, secret, ZONE_PORT));
        return new ProcessBuilder(NSD.toString(), "-d", "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("nsd.out").toFile())
                .start();
    }

    private String log() throws IOException {
        Path log = dir.resolve("nsd.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private static void end(Process nsd) throws InterruptedException {
        List<ProcessHandle> children = nsd.descendants().toList();
        nsd.destroy();
        if (!nsd.waitFor(5, TimeUnit.SECONDS)) nsd.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    private static int rcode(String label, int port) {
        try {
            return ask(label + ".village.mesh.", Type.A, port).getRcode();
        } catch (IOException notYet) {
            return -1;
        }
    }

    private static List<String> resolved(String name, int type) throws IOException {
        return ask(name, type, SECONDARY_PORT).getSection(Section.ANSWER).stream()
                .map(Record::rdataToString)
                .toList();
    }

    private static Message ask(String name, int type, int port) throws IOException {
        var resolver = new SimpleResolver(new InetSocketAddress("127.0.0.1", port));
        resolver.setTimeout(Duration.ofSeconds(2));
        return resolver.send(
                Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)));
    }
}
