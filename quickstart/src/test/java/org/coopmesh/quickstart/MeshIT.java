package org.coopmesh.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = "org.coopmesh.quickstart.Mesh#possible", disabledReason = Mesh.NEEDS)
class MeshIT {
    private static final int SLOT = 9;

    @TempDir static Path state;
    private static Mesh mesh;
    private static Installation at;

    @BeforeAll
    static void build() throws Exception {
        at = new Installation(Path.of("."), state, SLOT, false);
        Files.createDirectories(at.logs());
        mesh = Mesh.build(at);
        for (String router : Mesh.ROUTERS) {
            String lan = "10.210." + router.substring(1) + ".1";
            String lan6 = "fd42:210:" + router.substring(1) + "::1";
            mesh.attach(router, lan, lan6, 24, 64);
            mesh.client("c" + router.substring(1), router, lan, lan6, 20);
        }
    }

    @AfterAll
    static void remove() {
        if (mesh != null) {
            mesh.close();
            assertThat(Shell.run(List.of("ip", "netns", "list"))).doesNotContain(at.prefix() + "-");
        }
    }

    @Test
    void everyClientReachesTheInternetAndTheServices() {
        for (String client : mesh.clients().keySet()) {
            Village.eventually(
                    client + " reaches the Internet",
                    () -> mesh.reaches(client, at.internetAddress()));
            Village.eventually(
                    client + " reaches the services", () -> mesh.reaches(client, at.coreAddress()));
        }
    }

    @Test
    void clientsReachEachOtherOverIpv6Too() {
        Village.eventually("c2 reaches c5", () -> mesh.reaches("c2", "10.210.5.20"));
        Village.eventually("c2 reaches c5 over IPv6", () -> mesh.reaches("c2", "fd42:210:5::20"));
    }

    @Test
    void realBytesFlowOverTcp() {
        Village.eventually(
                "c6 reaches the Internet", () -> mesh.reaches("c6", at.internetAddress()));
        var traffic = new Traffic(at);
        traffic.serve();

        long got =
                Namespace.call(
                        at.namespace("c6"), () -> Traffic.fetch(at.internetAddress(), 1_000_000));

        assertThat(got).isEqualTo(1_000_000);
        traffic.stop();
    }
}
