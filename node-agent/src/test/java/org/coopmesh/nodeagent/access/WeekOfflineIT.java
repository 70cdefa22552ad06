package org.coopmesh.nodeagent.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.coopmesh.nodeagent.access.TestLists.A;
import static org.coopmesh.nodeagent.access.TestLists.B;
import static org.coopmesh.nodeagent.access.TestLists.attachment;
import static org.coopmesh.nodeagent.access.TestLists.ban;
import static org.coopmesh.nodeagent.access.TestLists.full;
import static org.coopmesh.nodeagent.access.TestLists.list;

import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.coopmesh.contracts.membership.v1.AccessRule;
import org.coopmesh.nodeagent.netfilter.Lab;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that starts without any server and stays without one for a week: the kernel enforces the list on its disk. */
@Timeout(900)
class WeekOfflineIT {
    private static final Instant START = Instant.now();

    @TempDir Path folder;
    private final TestLists lists = new TestLists();
    private final AtomicReference<Instant> now = new AtomicReference<>(START);

    @Test
    void enforcementHoldsForAWeekWithoutAServerAndBansEndOnTime() throws Exception {
        AccessList known =
                list(
                        full(A, 1),
                        attachment(B, TestLists.NODE, 2, AccessRule.ACCESS_RULE_DROP, 0),
                        ban("203.0.113.7/32", Optional.of(START.plus(Duration.ofDays(3)))),
                        ban("10.200.0.1/32"));
        try (Lab lab = Lab.up();
                ListFile file = new ListFile(folder)) {
            var head =
                    TestLists.head(1, known)
                            .setNotBefore(TestLists.at(START.minusSeconds(60)))
                            .setNotAfter(TestLists.at(START.plus(Duration.ofDays(2))))
                            .build()
                            .toByteArray();
            file.rewrite(
                    new ListFile.Known(
                            known, SignedHead.read(head, lists.sign(head), TestLists.KEY_ID)));
            file.close();
            ManagedChannel nobody = InProcessChannelBuilder.forName("nobody").build();
            Thread watching =
                    lab.on(
                            "router",
                            () -> {
                                var watcher =
                                        new AccessListWatcher(
                                                () -> nobody,
                                                TestLists.NODE,
                                                lists::keys,
                                                folder,
                                                Firewall.nftables("coopmesh", false),
                                                time -> {},
                                                now::get);
                                watcher.enforceLastKnown();
                                return Thread.ofPlatform().daemon().start(watcher);
                            });
            try {
                assertThat(lab.reaches("clientA", "198.51.100.1")).isTrue();
                assertThat(lab.pings("clientB", "198.51.100.1")).isFalse();
                assertThat(lab.pings("router", "203.0.113.7")).isFalse();

                for (int day = 1; day <= 7; day++) {
                    now.set(START.plus(Duration.ofDays(day)));
                    boolean ended = day >= 3;
                    await().atMost(Duration.ofSeconds(60))
                            .until(() -> lab.pings("router", "203.0.113.7") == ended);
                    assertThat(lab.reaches("clientA", "198.51.100.1")).as("day %d", day).isTrue();
                    assertThat(lab.pings("clientB", "198.51.100.1")).as("day %d", day).isFalse();
                }
                assertThat(lab.pings("router", "10.200.0.1")).isFalse();
            } finally {
                watching.interrupt();
                watching.join();
                nobody.shutdownNow();
            }
        }
    }

    @Test
    void aListOnAReadOnlyDiskIsEnforcedAllTheSame() throws Exception {
        AccessList known = list(full(A, 1));
        try (ListFile file = new ListFile(folder)) {
            file.rewrite(lists.known(1, known));
        }
        org.junit.jupiter.api.Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name"))
                        && run("mount", "--bind", "-o", "ro", folder.toString(), folder.toString()),
                "mounting needs root");
        try (ListFile file = new ListFile(folder)) {
            assertThat(Files.isWritable(folder)).isFalse();

            assertThat(file.load(new ListKeys(lists::keys))).isPresent();
        } finally {
            run("umount", folder.toString());
        }
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor() == 0;
    }
}
