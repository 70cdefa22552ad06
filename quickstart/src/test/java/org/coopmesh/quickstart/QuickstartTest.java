package org.coopmesh.quickstart;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    private static final int SLOT = 8;

    @TempDir Path state;

    @Test
    void aStartThatFailsSaysWhyAndHoldsNoPort() throws Exception {
        var at = new Installation(Path.of("..").toAbsolutePath(), state, SLOT, true);
        try (var other = new ServerSocket(at.postgresPort(), 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> Quickstart.start(at, line -> {}))
                    .hasMessageContaining("port " + other.getLocalPort())
                    .hasMessageContaining("taken");
        }
        for (int port : new int[] {2525, 8090, 8025}) {
            assertThatCode(() ->
                            new ServerSocket(at.port(port), 1, InetAddress.getLoopbackAddress())
                                    .close())
                    .as("port of %s", port)
                    .doesNotThrowAnyException();
        }
    }
}
