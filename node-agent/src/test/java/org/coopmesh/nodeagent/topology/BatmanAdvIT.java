package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.contracts.membership.v1.LinkSource;
import org.coopmesh.contracts.membership.v1.OwnAddress;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * What agents tell of a batman-adv mesh. Its module is not in every kernel, so a kernel of its own runs as a process: user-mode
 * Linux, with the machine's files as its own, which it cannot change.
 */
@EnabledIf(value = "possible", disabledReason = "needs user-mode-linux, kmod and batctl")
@Timeout(1_200)
class BatmanAdvIT {
    private static final Path MODULES = Path.of("/usr/lib/uml/modules");

    @TempDir Path directory;

    static boolean possible() {
        return Files.isDirectory(MODULES)
                && Stream.of("linux.uml", "insmod", "batctl", "ip").allMatch(Command::isThere);
    }

    @Test
    void bothEndsOfALinkTellItAndKnowEachOtherByTheirInterfaces() throws Exception {
        Map<String, ReportTopologyRequest> told = looks();

        ReportTopologyRequest one = told.get("b1");
        ReportTopologyRequest two = told.get("b2");
        assertThat(one.getLinkSourcesList())
                .contains(LinkSource.newBuilder().setSource("batman-adv").build());
        Link there = link(one, "w1-2");
        Link back = link(two, "w2-1");
        assertThat(two.getOwnAddressesList()).contains(own("w2-1", there.getNeighbourAddress()));
        assertThat(one.getOwnAddressesList()).contains(own("w1-2", back.getNeighbourAddress()));
        assertThat(there.getUp()).isTrue();
        assertThat(there.getTxCost()).isBetween(1_000, 10_000);
        assertThat(there.getCostText()).matches("TQ [0-9]+/255");
    }

    private static Link link(ReportTopologyRequest report, String device) {
        return report.getLinksList().stream()
                .filter(link -> link.getInterface().equals(device))
                .findFirst()
                .orElseThrow();
    }

    private static OwnAddress own(String device, String address) {
        return OwnAddress.newBuilder().setInterface(device).setAddress(address).build();
    }

    /** What an agent sees in each of two of the routers of a ring of three. */
    private Map<String, ReportTopologyRequest> looks() throws IOException {
        Path init = Files.writeString(directory.resolve("init.sh"), init());
        assertThat(init.toFile().setExecutable(true)).isTrue();
        Process kernel =
                new ProcessBuilder(
                                "linux.uml",
                                "mem=384M",
                                "root=/dev/root",
                                "rootfstype=hostfs",
                                "rootflags=/",
                                "ro",
                                "init=" + init,
                                "con=null",
                                "con0=fd:0,fd:1",
                                "quiet")
                        .redirectErrorStream(true)
                        .start();
        var told = new HashMap<String, ReportTopologyRequest>();
        var said = new StringBuilder();
        try (BufferedReader lines = kernel.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.append(line).append('\n');
                String[] words = line.strip().split(" ");
                if (words.length == 3 && words[0].equals("LOOK")) {
                    told.put(
                            words[1],
                            ReportTopologyRequest.parseFrom(
                                    ByteString.copyFrom(Base64.getDecoder().decode(words[2]))));
                }
            }
        } finally {
            // It powers itself off; where it did not come to that, its helpers go with it.
            kernel.descendants().forEach(ProcessHandle::destroyForcibly);
            kernel.destroyForcibly();
        }
        assertThat(told).as(said.toString()).containsKeys("b1", "b2");
        return told;
    }

    private static String init() throws IOException {
        Path modules;
        try (Stream<Path> versions = Files.list(MODULES)) {
            modules = versions.findFirst().orElseThrow();
        }
        return """
        #!/bin/bash
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin
        mount -t proc proc /proc; mount -t sysfs sys /sys
        mount -t tmpfs tmpfs /run; mkdir -p /run/netns
        for module in lib/crc-ccitt net/ipv6/ipv6 net/llc/llc net/802/stp net/bridge/bridge drivers/net/veth net/batman-adv/batman-adv; do
            [ ! -f MODULES/kernel/$module.ko ] || insmod MODULES/kernel/$module.ko
        done
        for i in 1 2 3; do ip netns add b$i; ip -n b$i link set lo up; done
        join() {
            ip link add w$1-$2 netns b$1 type veth peer name w$2-$1 netns b$2
            ip -n b$1 link set w$1-$2 mtu 1532 up
            ip -n b$2 link set w$2-$1 mtu 1532 up
        }
        join 1 2; join 2 3; join 3 1
        for i in 1 2 3; do
            for link in $(ip -n b$i -br link | awk '/^w/{sub(/@.*/,"",$1); print $1}'); do
                ip netns exec b$i batctl meshif bat0 interface -M add $link || ip netns exec b$i batctl meshif bat0 interface add $link
            done
            ip -n b$i link set bat0 up
        done
        sleep 40
        # A look has its time limit, and this kernel may be slow: what counts is what an agent sees, not at which look.
        for i in 1 2; do
            for look in 1 2 3 4 5 6 7 8; do
                seen=$(echo | ip netns exec b$i JAVA -Djava.io.tmpdir=/run -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx32m -cp 'CLASSES' org.coopmesh.nodeagent.topology.Look)
                ! echo "$seen" | base64 -d | grep -q 'TQ ' || break
            done
            echo "LOOK b$i $seen"
        done
        sync; echo o > /proc/sysrq-trigger; sleep 5
        """
                .replace("MODULES", modules.toString())
                .replace("JAVA", System.getProperty("java.home") + "/bin/java")
                .replace("CLASSES", System.getProperty("java.class.path"));
    }
}
