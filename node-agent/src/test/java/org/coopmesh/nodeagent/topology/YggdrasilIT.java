package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.contracts.membership.v1.LinkSource;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What agents tell of routers on which Yggdrasil found its neighbours by multicast. */
@EnabledIf(
        value = "org.coopmesh.nodeagent.topology.MeshLab#possibleWithYggdrasil",
        disabledReason = Lab.NEEDS + "; yggdrasil and /dev/net/tun")
@Timeout(1_200)
class YggdrasilIT {
    @TempDir Path directory;
    private MeshLab lab;
    private Look r1;
    private Look r2;

    @AfterEach
    void gone() throws Exception {
        if (r1 != null) r1.close();
        if (r2 != null) r2.close();
        if (lab != null) lab.close();
    }

    @Test
    void bothEndsTellOfAPeeringAndKnowEachOtherByTheirOverlayAddress() throws Exception {
        lab = MeshLab.up(directory);
        lab.yggdrasil();
        await(() -> lab.sh("r1", "ip addr show ygg0 || true").contains("inet6 2"));
        r1 = Look.into(lab.namespace("r1"), "yggdrasil");
        r2 = Look.into(lab.namespace("r2"), "yggdrasil");
        await(() -> peers(r1.now()).size() >= 2 && peers(r2.now()).size() >= 2);

        ReportTopologyRequest one = r1.now();
        ReportTopologyRequest two = r2.now();

        assertThat(one.getLinkSourcesList())
                .contains(LinkSource.newBuilder().setSource("yggdrasil").build());
        assertThat(peers(one))
                .allSatisfy(link -> {
                    assertThat(link.getUp()).isTrue();
                    assertThat(link.getNeighbourAddress()).matches("2[0-9a-f]{2}:.*");
                });
        assertThat(peers(one)).anyMatch(link -> known(two, link));
        assertThat(peers(two)).anyMatch(link -> known(one, link));

        Link toTwo = peers(one).stream().filter(link -> known(two, link)).findFirst().orElseThrow();
        await(() -> lab.pings("r1", toTwo.getNeighbourAddress()));
        await(() ->
                peers(r1.now()).stream()
                        .anyMatch(link ->
                                link.getUsed()
                                        && link.getNeighbourAddress()
                                                .equals(toTwo.getNeighbourAddress())));
    }

    private static List<Link> peers(ReportTopologyRequest report) {
        return report.getLinksList().stream()
                .filter(link -> link.getSource().equals("yggdrasil"))
                .toList();
    }

    private static boolean known(ReportTopologyRequest owner, Link link) {
        return owner.getOwnAddressesList().stream()
                .anyMatch(own -> own.getAddress().equals(link.getNeighbourAddress()));
    }

    private static void await(Callable<Boolean> that) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofMillis(300))
                .until(that);
    }
}
