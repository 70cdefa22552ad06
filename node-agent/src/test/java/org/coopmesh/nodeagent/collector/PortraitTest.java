package org.coopmesh.nodeagent.collector;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortraitTest {
    private static final String NODE = "ab".repeat(32);

    @TempDir Path root;
    private MeshPort port;

    @BeforeEach
    void aMachine() throws Exception {
        port =
                new MeshPort(
                        "mesh0",
                        3,
                        "02:00:00:00:00:01",
                        address("fe80::1"),
                        List.of(new MeshPort.LocalPrefix(address("fd42:201:1::1"), 64)));
        write("proc/sys/kernel/hostname", "roof\n");
        write("proc/device-tree/model", "Small Board\0");
        write("proc/uptime", "90061.52 80211.10\n");
        write("proc/loadavg", "0.31 0.20 0.10 2/51 1234\n");
        write(
                "proc/meminfo",
                "MemTotal: 126200 kB\nMemFree: 41200 kB\nMemAvailable: 60300 kB\nBuffers: 2308 kB\nCached: 9000 kB\n");
        write("sys/class/net/mesh0/statistics/rx_bytes", "57861871176\n");
        write("sys/class/net/mesh0/statistics/tx_bytes", "3669258403\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodeinfo", "statistics", "neighbours"})
    void whatIsToldHasTheShapeThatMapsKnow(String kind) {
        JsonObject told = told(kind, "");
        JsonObject sample =
                JsonParser.parseString(
                                switch (kind) {
                                    case "nodeinfo" -> Samples.NODEINFO;
                                    case "statistics" -> Samples.STATISTICS;
                                    default -> Samples.NEIGHBOURS;
                                })
                        .getAsJsonObject();
        List<String> strange = new ArrayList<>();
        compare("", told, sample, strange);

        // Ours alone; and one that the sample's router has nothing of.
        strange.removeIf(path ->
                path.equals("/coopmesh")
                        || path.equals("/network/mesh/babel")
                        || path.startsWith("/babel/")
                        || path.equals("/traffic/rx/dropped"));
        assertThat(strange).isEmpty();
        assertThat(told.get("node_id").getAsString()).isEqualTo("abababababab");
    }

    @Test
    void theFiguresAreTheMachines() {
        JsonObject statistics = told("statistics", "");

        assertThat(statistics.get("uptime").getAsDouble()).isEqualTo(90061.52);
        assertThat(statistics.get("loadavg").getAsDouble()).isEqualTo(0.31);
        assertThat(statistics.getAsJsonObject("clients").get("total").getAsInt()).isEqualTo(4);
        assertThat(statistics.getAsJsonObject("memory").get("available").getAsLong())
                .isEqualTo(60_300);
        assertThat(statistics.getAsJsonObject("processes").get("total").getAsInt()).isEqualTo(51);
        assertThat(
                        statistics
                                .getAsJsonObject("traffic")
                                .getAsJsonObject("rx")
                                .get("bytes")
                                .getAsLong())
                .isEqualTo(57_861_871_176L);
        JsonObject heard = told("neighbours", "").getAsJsonObject("babel").getAsJsonObject("mesh0");
        assertThat(heard.get("ll-addr").getAsString()).isEqualTo("fe80:0:0:0:0:0:0:1");
        assertThat(heard.getAsJsonObject("neighbours").keySet()).containsExactly("fe80::2");
    }

    @Test
    void neitherContactNorPlaceIsToldUnlessAContactIsSet() {
        assertThat(told("nodeinfo", "").keySet()).doesNotContain("owner", "location");

        assertThat(told("nodeinfo", "net@example.org").getAsJsonObject("owner"))
                .hasToString("{\"contact\":\"net@example.org\"}");
    }

    @Test
    void ourOwnCollectorUnderstandsIt() throws Exception {
        byte[] answer =
                portrait("")
                        .answer(
                                Request.read(bytes("GET nodeinfo statistics neighbours"))
                                        .orElseThrow(),
                                List.of(port));

        Answer read = Answer.read(answer);

        assertThat(read.agent()).isTrue();
        assertThat(read.combined()).isTrue();
        for (String word : List.of("nodeinfo", "statistics", "neighbours")) {
            byte[] part =
                    portrait("").answer(Request.read(bytes(word)).orElseThrow(), List.of(port));
            assertThat(Answer.read(part).agent()).as(word).isTrue();
        }
        assertThat(read.routerId()).isEqualTo("abababababab");
        assertThat(read.figures()).isNotNull();
        assertThat(read.neighbours())
                .containsExactly(new Neighbour("fe80::2", "babel", 0, 96, 128));
    }

    /** Prints what answers weigh beside their questions: the ratio that {@link Allowance} is for. */
    @Test
    void anAnswerFitsOneUnfragmentedDatagram() {
        for (String question :
                List.of("GET nodeinfo statistics neighbours", "nodeinfo", "statistics")) {
            int length =
                    portrait("")
                            .answer(Request.read(bytes(question)).orElseThrow(), List.of(port))
                            .length;
            System.out.printf(
                    "respondd: %d bytes answer %d (%s), ratio %.1f%n",
                    length, question.length(), question, (double) length / question.length());

            assertThat(length).isLessThan(1_232);
        }
    }

    @Test
    void onlyWhatIsKnownIsAnswered() {
        assertThat(Request.read(bytes("GET nodeinfo\n"))).isPresent();
        assertThat(Request.read(bytes("GET statistics shoes")).orElseThrow().kinds())
                .containsExactly(Request.Kind.STATISTICS);
        assertThat(Request.read(bytes("neighbours")).orElseThrow())
                .isEqualTo(new Request(Set.of(Request.Kind.NEIGHBOURS), false));
        for (String nothing :
                List.of("", "GET ", "GET", "get nodeinfo", "shoes", "nodeinfo statistics")) {
            assertThat(Request.read(bytes(nothing))).as(nothing).isEmpty();
        }
        assertThat(Request.read(bytes("GET nodeinfo" + " ".repeat(300)))).isEmpty();
    }

    @Test
    void whoAsksAllTheTimeGetsAnAnswerEveryTenSeconds() throws Exception {
        long second = Duration.ofSeconds(1).toNanos();
        var allowance = new Allowance(0);
        int granted = 0;
        for (int i = 0; i < 100_000; i++) {
            if (allowance.grants(address("fe80::1"), i * second / 1_000)) granted++;
        }

        assertThat(granted).as("in 100 s").isBetween(17, 18);
    }

    @Test
    void manyInventedSourcesTogetherGetFiveAnswersASecond() throws Exception {
        long second = Duration.ofSeconds(1).toNanos();
        var allowance = new Allowance(0);
        int granted = 0;
        for (int i = 0; i < 10_000; i++) {
            if (allowance.grants(
                    address("fe80::" + Integer.toHexString(i + 1)), i * second / 1_000)) granted++;
        }

        assertThat(granted).as("in 10 s").isBetween(85, 91);
    }

    @Test
    void onlyTheLinkOfAnInterfaceIsOnIt() throws Exception {
        assertThat(port.isOnLink(scoped("fe80::9", 3))).isTrue();
        assertThat(port.isOnLink(scoped("fe80::9", 4))).as("another interface").isFalse();
        assertThat(port.isOnLink(address("fd42:201:1::9"))).isTrue();
        assertThat(port.isOnLink(address("fd42:201:2::9"))).as("behind a router").isFalse();
        assertThat(port.isOnLink(address("2001:db8::9"))).as("the Internet").isFalse();
        assertThat(port.isOnLink(address("fd42:201:1::1"))).as("itself").isFalse();
        assertThat(port.isOnLink(InetAddress.getByName("10.0.0.1"))).isFalse();
    }

    private static void compare(
            String path, JsonObject told, JsonObject sample, List<String> strange) {
        told.entrySet()
                .forEach(entry -> {
                    String here = path + "/" + entry.getKey();
                    JsonElement known = sample.get(entry.getKey());
                    JsonElement ours = entry.getValue();
                    if (known == null) {
                        strange.add(here);
                    } else if (ours.isJsonObject() && known.isJsonObject()) {
                        compare(here, ours.getAsJsonObject(), known.getAsJsonObject(), strange);
                    } else if (ours.isJsonArray() != known.isJsonArray()
                            || (ours.isJsonPrimitive()
                                    && ours.getAsJsonPrimitive().isNumber()
                                            != known.getAsJsonPrimitive().isNumber())) {
                        strange.add(here);
                    }
                });
    }

    private JsonObject told(String kind, String contact) {
        byte[] answer =
                portrait(contact).answer(Request.read(bytes(kind)).orElseThrow(), List.of(port));
        return JsonParser.parseString(new String(answer, StandardCharsets.UTF_8)).getAsJsonObject();
    }

    private Portrait portrait(String contact) {
        var latest =
                ReportTopologyRequest.newBuilder()
                        .setClients(4)
                        .addLinks(
                                Link.newBuilder()
                                        .setInterface("mesh0")
                                        .setNeighbourAddress("fe80::2")
                                        .setSource("babeld")
                                        .setRxCost(96)
                                        .setTxCost(128))
                        .addLinks(
                                Link.newBuilder()
                                        .setInterface("eth1")
                                        .setNeighbourAddress("fe80::3"))
                        .build();
        return new Portrait(NODE, "0.1.0", contact, () -> latest, root);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Inet6Address address(String text) throws Exception {
        return (Inet6Address) InetAddress.getByName(text);
    }

    private static Inet6Address scoped(String text, int scope) throws Exception {
        return Inet6Address.getByAddress(null, address(text).getAddress(), scope);
    }

    private void write(String file, String text) throws Exception {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
