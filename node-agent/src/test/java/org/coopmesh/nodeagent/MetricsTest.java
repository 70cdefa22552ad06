package org.coopmesh.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class MetricsTest {
    static final Instant AT = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir Path directory;

    static Status status(Instant at) {
        return new Status(
                at,
                at.minusSeconds(7_200),
                4711,
                "0.1.0",
                "ab".repeat(32),
                "Hill \"top\" \\ co-op",
                at.plusSeconds(86_400 * 60),
                42,
                12,
                Optional.of(at.minusSeconds(300)),
                Optional.of(at.plusSeconds(604_800)),
                "",
                "",
                3,
                11_000,
                64 << 20,
                Optional.of(at.minusSeconds(60)),
                288,
                2,
                "",
                Map.of("kernel", "", "babeld", "absent"),
                Map.of("wan", "", "wan down", ""),
                2,
                "16 blocks of 512 ports at 198.51.100.10 for 10.201.0.0/20",
                "",
                3,
                61L << 20);
    }

    @Test
    void everyFigureHasHelpATypeAndAUnit() {
        String text = MetricsText.of(status(AT));

        assertThat(text)
                .contains(
                        "# HELP coopmesh_spool_windows Usage windows that billing does not have"
                                + " yet.\n# TYPE coopmesh_spool_windows gauge\ncoopmesh_spool_windows 3\n",
                        "# TYPE coopmesh_usage_accepted_windows_total counter\n"
                                + "coopmesh_usage_accepted_windows_total 288\n",
                        "coopmesh_usage_accepted_time_seconds "
                                + AT.minusSeconds(60).getEpochSecond()
                                + "\n",
                        "coopmesh_link_source_up{source=\"babeld\"} 0\n",
                        "coopmesh_link_source_up{source=\"kernel\"} 1\n")
                .endsWith("\n");
        Set<String> families = new HashSet<>();
        String family = "";
        for (String line : text.split("\n")) {
            if (line.startsWith("# HELP ")) {
                family = line.split(" ")[2];
                assertThat(families.add(family)).as(family).isTrue();
            } else if (line.startsWith("# TYPE ")) {
                assertThat(line).matches("# TYPE " + family + " (gauge|counter)");
                assertThat(family.endsWith("_total")).isEqualTo(line.endsWith("counter"));
            } else {
                assertThat(line).matches(family + "(\\{[^}]*})? [0-9]+");
            }
        }
        assertThat(families).allMatch(name -> name.matches("coopmesh_[a-z_]+"));
    }

    @Test
    void labelsAndHelpAreEscaped() {
        String text =
                new MetricsText()
                        .family("a_bytes", "gauge", "one\\two\nthree")
                        .sample("name", "say \"hi\"\\\n", 1)
                        .toString();

        assertThat(text)
                .isEqualTo(
                        "# HELP a_bytes one\\\\two\\nthree\n"
                                + "# TYPE a_bytes gauge\n"
                                + "a_bytes{name=\"say \\\"hi\\\"\\\\\\n\"} 1\n");
    }

    @Test
    void thePortAnswersGetMetricsAndNothingElse() throws Exception {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var port = new MetricsPort(loopback, () -> "figure 1\n")) {
            Thread thread = Thread.ofPlatform().daemon().start(port::run);

            assertThat(ask(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4")
                    .contains("Content-Length: 9\r\n")
                    .endsWith("\r\n\r\nfigure 1\n");
            assertThat(ask(port, "HEAD /metrics HTTP/1.0\r\n\r\n")).endsWith("\r\n\r\n");
            assertThat(ask(port, "GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404 ");
            assertThat(ask(port, "POST /metrics HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 405 ");
            assertThat(ask(port, "\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(ask(port, "GET /" + "x".repeat(9_000))).startsWith("HTTP/1.1 400 ");
            assertThat(ask(port, "GET /metrics HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200 ");

            port.close();
            thread.join(60_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void theStatusFileSaysWhatWasWrittenWhateverIsInTheText() throws Exception {
        Path file = directory.resolve("status");
        Status status = status(AT);

        StatusFile.write(file, status);

        assertThat(StatusFile.read(file)).contains(status);
        Files.writeString(file, "at: yesterday\n");
        assertThat(StatusFile.read(file)).isEmpty();
        assertThat(StatusFile.read(directory.resolve("none"))).isEmpty();
        assertThat(List.of(directory.toFile().list())).containsExactly("status");
    }

    private static String ask(MetricsPort port, String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var answer = new ByteArrayOutputStream();
            try {
                socket.shutdownOutput();
            } catch (SocketException answeredAlready) {
                // Whoever has read enough does not wait for the end.
            }
            try {
                socket.getInputStream().transferTo(answer);
            } catch (SocketException reset) {
                // What was not read any more makes the end a rude one; the answer is there.
            }
            return answer.toString(StandardCharsets.US_ASCII);
        }
    }
}
