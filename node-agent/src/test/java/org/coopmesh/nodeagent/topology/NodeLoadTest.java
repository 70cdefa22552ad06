package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeLoadTest {
    @TempDir Path proc;

    @Test
    void figuresOfTheKernelAreReadInOurUnits() throws IOException {
        Files.writeString(proc.resolve("loadavg"), "1.07 0.30 0.18 1/123 4567\n");
        Files.writeString(proc.resolve("uptime"), "90061.42 170000.00\n");
        Files.writeString(
                proc.resolve("meminfo"),
                "MemTotal:         123456 kB\nMemFree:  7 kB\nMemAvailable:      65432 kB\n");

        assertThat(NodeLoad.read(proc))
                .isEqualTo(new NodeLoad(90_061, 1_070, 123_456L * 1024, 65_432L * 1024));
    }

    @Test
    void whatCannotBeReadIsZero() throws IOException {
        Files.writeString(proc.resolve("loadavg"), "busy");

        assertThat(NodeLoad.read(proc)).isEqualTo(new NodeLoad(0, 0, 0, 0));
    }
}
