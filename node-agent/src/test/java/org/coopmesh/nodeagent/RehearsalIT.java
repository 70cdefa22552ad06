package org.coopmesh.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an installation runs once, and what shows that an agent can live on a machine. */
@Timeout(600)
class RehearsalIT {
    @Test
    void anAgentLivesAWholeLifeInAFewSeconds() throws Exception {
        assertThat(Rehearsal.play(false)).isEmpty();
    }

    @Test
    void aMachineWithoutIpv6IsEnough() throws Exception {
        assumeTrue(Lab.possible(), Lab.NEEDS);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process =
                new ProcessBuilder(
                                "unshare",
                                "--net",
                                "sh",
                                "-c",
                                "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6;"
                                        + " echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6;"
                                        + " ip link set lo up; exec \"$@\"",
                                "sh",
                                java,
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx32m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                NodeAgent.class.getName(),
                                "rehearse",
                                "kernel")
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output).contains("an agent can live on this machine");
    }
}
