package org.coopmesh.nodeagent.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * Multicast over a real bridge: two small routers, two agents that collect and answer, and somebody who means ill, each a
 * process in a namespace of its own.
 *
 * <pre>
 * mill (new form) ─┐             ┌─ one  ── lan0 ── guest
 *                  ├─ br0 (air) ─┤
 * barn (old form) ─┘             └─ two
 *                       └─ guest
 * </pre>
 */
@Timeout(900)
@EnabledIf(value = "org.coopmesh.nodeagent.netfilter.Lab#possible", disabledReason = Lab.NEEDS)
class RespondLabIT {
    private static final List<String> HOSTS = List.of("mill", "barn", "one", "two", "guest");
    private static final String ONE = "1".repeat(64);
    private static final String TWO = "2".repeat(64);
    private static final Duration SOON = Duration.ofSeconds(120);

    @TempDir Path directory;
    private final String prefix = "cmco-" + Lab.unique() + "-";
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void up() throws Exception {
        sh("ip netns add " + prefix + "air");
        in("air", "ip link add br0 type bridge && ip link set br0 up");
        int number = 1;
        for (String host : HOSTS) {
            sh("ip netns add " + prefix + host);
            in(
                    host,
                    "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad;"
                            + " echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad;"
                            + " ip link set lo up;"
                            + " ip link add mesh0 type veth peer name p-"
                            + host
                            + " netns "
                            + prefix
                            + "air; ip link set mesh0 up;"
                            + " ip addr add fd42:201:7::"
                            + number++
                            + "/64 dev mesh0");
            in("air", "ip link set p-" + host + " master br0 up");
        }
        in(
                "one",
                "ip link add lan0 type veth peer name lan0 netns "
                        + prefix
                        + "guest; ip link set lan0 up");
        in("guest", "ip link set lan0 up");
    }

    @AfterEach
    void down() throws Exception {
        for (Process process : started) process.destroyForcibly().waitFor();
        for (String host : HOSTS) sh("ip netns del " + prefix + host + " || true");
        sh("ip netns del " + prefix + "air || true");
    }

    @Test
    void twoCollectorsHearTwoRoutersAndNotEachOther() throws Exception {
        Path mill = start("mill", "router", "02aabbcc0002", "mill", "new");
        Path barn = start("barn", "router", "02aabbcc0003", "barn", "old");
        Path one = start("one", "agent", ONE);
        Path two = start("two", "agent", TWO);

        for (Path collector : List.of(one, two)) {
            soon(
                    collector,
                    "HEARD 02aabbcc0002 mill rx=57861871176 clients=7 neighbour=02aabbcc0003");
            soon(
                    collector,
                    "HEARD 02aabbcc0003 barn rx=57861871176 clients=7 neighbour=02aabbcc0002");
        }
        // Later rounds come round too: the old one is asked in its own words where it lives.
        Awaitility.await()
                .atMost(SOON)
                .until(() ->
                        count(one, "HEARD 02aabbcc0003") >= 3
                                && count(one, "HEARD 02aabbcc0002") >= 3);

        assertThat(said(mill)).contains("ASKED GET nodeinfo statistics neighbours");
        assertThat(said(barn)).contains("ASKED statistics");
        assertThat(said(one)).doesNotContain("HEARD 111111111111", "HEARD 222222222222");
        assertThat(said(two)).doesNotContain("HEARD 111111111111", "HEARD 222222222222");
        // These two ask each other far more often than agents do, and are told so in time.
        assertThat(errors(one).lines().filter(line -> !line.contains("code=requests-too-many")))
                .noneMatch(line -> line.contains("code="));
    }

    @Test
    void whoMeansIllOnTheLinkChangesNothing() throws Exception {
        long began = System.nanoTime();
        start("mill", "router", "02aabbcc0002", "mill", "new");
        Path one = start("one", "agent", ONE);
        soon(one, "HEARD 02aabbcc0002 mill");

        Path guest = start("guest", "hostile", "02aabbcc0002");
        soon(guest, "SPOILED");
        long before = count(one, "HEARD 02aabbcc0002 mill");
        Awaitility.await()
                .atMost(SOON)
                .until(() -> count(one, "HEARD 02aabbcc0002 mill") >= before + 3);

        for (String code : List.of("code=id-taken", "code=answers-too-many")) {
            Awaitility.await().atMost(SOON).until(() -> errors(one).contains(code));
            // Once a minute.
            assertThat(errors(one).lines().filter(line -> line.contains(code)).count())
                    .isLessThanOrEqualTo(
                            1 + Duration.ofNanos(System.nanoTime() - began).toMinutes());
        }
        assertThat(said(one)).doesNotContain("thief", "HEARD 02aabbcc0002 x");
    }

    @Test
    void mapsAreAnsweredOnTheNamedInterfaceOnlyAndNotWithoutEnd() throws Exception {
        Path one = start("one", "agent", ONE);
        answered("ff02::2:1001", "GET nodeinfo");
        assertThat(answered("ff05::2:1001", "GET nodeinfo statistics neighbours"))
                .contains("port 1001");
        answered("fd42:201:7::3", "statistics");
        for (String group : List.of("ff02::2:1001", "ff05::2:1001")) {
            assertThat(ask("lan0", group, "GET nodeinfo", 1)).as(group).contains("ANSWERS 0 ");
        }
        long began = System.nanoTime();
        String shouted = ask("mesh0", "ff02::2:1001", "statistics", 500);
        Duration shouting = Duration.ofNanos(System.nanoTime() - began);
        System.out.println("respondd lab: " + shouted.lines().toList().getLast());
        int answers = Integer.parseInt(shouted.replaceAll("(?s).*ANSWERS (\\d+).*", "$1"));
        assertThat(answers)
                .isLessThanOrEqualTo(Allowance.BURST + (int) shouting.dividedBy(Allowance.EACH));
        assertThat(errors(one)).contains("code=requests-too-many");
    }

    private String answered(String address, String question) {
        return Awaitility.await()
                .atMost(SOON)
                .until(
                        () -> ask("mesh0", address, question, 1),
                        said -> said.contains("ANSWERS 1 "));
    }

    private String ask(String device, String address, String question, int times) throws Exception {
        Path told = start("guest", "ask", device, address, question, Integer.toString(times));
        started.getLast().waitFor();
        return said(told);
    }

    /** Starts an inhabitant and answers where it speaks. */
    private Path start(String host, String... arguments) throws IOException {
        Path said = directory.resolve(started.size() + "-" + host + ".out");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "ip",
                                "netns",
                                "exec",
                                prefix + host,
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                LabMain.class.getName()));
        command.addAll(List.of(arguments));
        started.add(
                new ProcessBuilder(command)
                        .redirectOutput(said.toFile())
                        .redirectError(Path.of(said + ".err").toFile())
                        .start());
        return said;
    }

    private static void soon(Path said, String line) {
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(said(said)).as(errors(said)).contains(line));
    }

    private static long count(Path said, String line) throws IOException {
        return said(said).lines().filter(each -> each.startsWith(line)).count();
    }

    private static String said(Path file) throws IOException {
        return Files.readString(file);
    }

    private static String errors(Path said) throws IOException {
        return Files.readString(Path.of(said + ".err"));
    }

    private void in(String host, String line) throws Exception {
        sh("ip netns exec " + prefix + host + " sh -ec '" + line + "'");
    }

    private static void sh(String line) throws Exception {
        Process process = new ProcessBuilder("sh", "-ec", line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) throw new IOException(line + ": " + said);
    }
}
