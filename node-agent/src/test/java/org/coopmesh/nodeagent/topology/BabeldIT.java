package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.contracts.membership.v1.LinkSource;
import org.coopmesh.contracts.membership.v1.OwnAddress;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What agents tell of a ring of three routers on which babeld runs. */
@EnabledIf(
        value = "org.coopmesh.nodeagent.topology.MeshLab#possibleWithBabeld",
        disabledReason = Lab.NEEDS + "; babeld")
@Timeout(1_200)
class BabeldIT {
    private static final String TO_R2 = MeshLab.device("r1", "r2");
    private static final String TO_R3 = MeshLab.device("r1", "r3");
    private static final LinkSource READ = LinkSource.newBuilder().setSource("babeld").build();

    /** Longer than what is in trouble is left alone. */
    private static final Duration SLOW = Duration.ofSeconds(180);

    @TempDir Path directory;
    private MeshLab lab;
    private Process babeldOfR1;
    private Look r1;
    private Look r2;

    @BeforeEach
    void converged() throws Exception {
        lab = MeshLab.up(directory);
        babeldOfR1 = lab.babeld("r1");
        lab.babeld("r2");
        lab.babeld("r3");
        await(() ->
                lab.pings("r1", MeshLab.address("r2")) && lab.pings("r1", MeshLab.address("r3")));
        r1 = Look.into(lab.namespace("r1"), "babeld");
        r2 = Look.into(lab.namespace("r2"), "babeld");
        await(() -> isUp(r1, TO_R2) && isUp(r1, TO_R3));
    }

    @AfterEach
    void gone() throws Exception {
        if (r1 != null) r1.close();
        if (r2 != null) r2.close();
        if (lab != null) lab.close();
    }

    @Test
    void bothEndsTellOfALinkAndKnowEachOtherByAddress() throws Exception {
        // Heard is not yet used, and the first hellos cost more than those after
        await(() -> isUsed(r1, TO_R2) && settled(r1, TO_R2));
        await(() -> isUp(r2, MeshLab.device("r2", "r1")));

        Awaitility.await().atMost(SLOW).untilAsserted(this::assertBothEndsKnowEachOther);
    }

    private void assertBothEndsKnowEachOther() throws IOException {
        ReportTopologyRequest one = r1.now();
        ReportTopologyRequest two = r2.now();
        Link there = link(one, TO_R2).orElseThrow();
        Link back = link(two, MeshLab.device("r2", "r1")).orElseThrow();
        assertThat(one.getLinkSourcesList()).contains(READ);
        assertThat(one.getLinksList())
                .hasSize(2)
                .allMatch(link -> link.getSource().equals("babeld"));
        assertThat(there.getNeighbourAddress()).startsWith("fe80:");
        assertThat(two.getOwnAddressesList())
                .contains(own(back.getInterface(), there.getNeighbourAddress()));
        assertThat(one.getOwnAddressesList())
                .contains(own(there.getInterface(), back.getNeighbourAddress()));
        assertThat(there.getUsed()).isTrue();
    }

    @Test
    void afterTheLossOfALinkTrafficTakesTheOtherAndComesBackLaterThanTheLink() throws Exception {
        lab.sh("r1", "ip link set " + TO_R2 + " down");
        await(() -> !isUp(r1, TO_R2) && isUsed(r1, TO_R3));
        await(() -> lab.pings("r1", MeshLab.address("r2")));
        await(() -> lab.sh("r1", "ip route get " + MeshLab.address("r2")).contains(TO_R3));

        lab.sh("r1", "ip link set " + TO_R2 + " up");
        Instant restored = Instant.now();
        await(() -> isUp(r1, TO_R2));
        Duration up = Duration.between(restored, Instant.now());
        await(() -> isUsed(r1, TO_R2));
        Duration used = Duration.between(restored, Instant.now());

        System.out.printf("link up again after %s, used again after %s%n", up, used);
        assertThat(used).isGreaterThanOrEqualTo(up);
        await(() -> lab.sh("r1", "ip route get " + MeshLab.address("r2")).contains(TO_R2));
    }

    @Test
    void aLinkThatLosesEverythingInSilenceIsDownAtBothEnds() throws Exception {
        lab.sh(
                "r1",
                "nft 'add table netdev hole; add chain netdev hole in { type filter hook ingress device "
                        + TO_R2
                        + " priority 0; policy drop; }'");

        // r1 hears nothing and says so in its hellos, by which r2 learns of it.
        await(() -> !isUp(r1, TO_R2) && !isUp(r2, MeshLab.device("r2", "r1")));
        await(() -> isUp(r1, TO_R3));
        await(() -> lab.pings("r1", MeshLab.address("r2")));
    }

    @Test
    void whenBabeldEndsItsLinksAreUnknownAndNotGoneInSilence() throws Exception {
        babeldOfR1.destroy();
        babeldOfR1.waitFor();

        Awaitility.await()
                .atMost(SLOW)
                .untilAsserted(() ->
                        assertThat(r1.now().getLinkSourcesList())
                                .contains(
                                        LinkSource.newBuilder()
                                                .setSource("babeld")
                                                .setTrouble("gone")
                                                .build())
                                .contains(LinkSource.newBuilder().setSource("kernel").build()));
    }

    private static OwnAddress own(String device, String address) {
        return OwnAddress.newBuilder().setInterface(device).setAddress(address).build();
    }

    private static Optional<Link> link(ReportTopologyRequest report, String device) {
        return report.getLinksList().stream()
                .filter(link -> link.getInterface().equals(device))
                .findFirst();
    }

    private static boolean isUp(Look look, String device) throws Exception {
        return link(look.now(), device).map(Link::getUp).orElse(false);
    }

    private static boolean isUsed(Look look, String device) throws Exception {
        return link(look.now(), device).map(Link::getUsed).orElse(false);
    }

    /** The cost of a wired link whose hellos all arrive. */
    private static boolean settled(Look look, String device) throws Exception {
        return link(look.now(), device)
                .map(link -> link.getRxCost() == 96 && link.getTxCost() == 96)
                .orElse(false);
    }

    private static void await(Callable<Boolean> that) {
        Awaitility.await().atMost(SLOW).pollInterval(Duration.ofMillis(300)).until(that);
    }
}
