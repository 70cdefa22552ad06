package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.as;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.coopmesh.quickstart.Browser;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Two replicas of membership-service stand behind a balancer for browsers' calls and for nodes, and are restarted one after the
 * other as a cluster does: taken out and asked to end at once, and the balancer hears of it late.
 */
class RollingRestartJourneyIT {
    private static final String MEMBERSHIP = "membership-service";
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private static final Duration BALANCER_HEARS_LATE = Duration.ofSeconds(2);
    private static final Duration GAP_MAX = Duration.ofSeconds(5);
    // The gateway takes six thousand a minute from one address
    private static final Duration BETWEEN_CALLS = Duration.ofMillis(100);
    private static final List<String> READERS = List.of("alba", "bruno", "carla", "david");

    /** One of the replicas, with its two ports. */
    private record Replica(
            String name, InetSocketAddress rest, InetSocketAddress nodes, int apart) {}

    @Test
    void aReplicaIsRestartedUnderLoadAndNoCallFails() throws Exception {
        Quickstart village = LivingVillage.get();
        Installation at = village.installation();
        READERS.forEach(LivingVillage::as);
        var failed = new ConcurrentLinkedQueue<String>();
        var answered = new AtomicInteger();
        var written = new AtomicInteger();
        List<Long> gaps;

        village.endService(MEMBERSHIP);
        try (var rest = new Balancer("127.0.0.1", at.port(8081));
                var nodes = new Balancer(at.nodePortAddress(), at.port(9081))) {
            List<Replica> replicas = List.of(replica(at, "a", 10), replica(at, "b", 11));
            for (Replica replica : replicas) {
                start(village, replica);
                rest.add(replica.rest());
                nodes.add(replica.nodes());
            }
            LivingVillage.awaitNewestListEverywhere();
            int before = nodes.gaps().size();
            int notes = notes().size();
            var enough = new AtomicBoolean();
            List<Thread> load = load(enough, failed, answered, written);

            for (Replica replica : replicas) {
                Thread late =
                        Thread.ofVirtual()
                                .start(() -> {
                                    pause(BALANCER_HEARS_LATE);
                                    rest.remove(replica.rest());
                                    nodes.remove(replica.nodes());
                                });
                village.endService(replica.name());
                late.join();
                start(village, replica);
                rest.add(replica.rest());
                nodes.add(replica.nodes());
                pause(FAREWELL);
            }
            enough.set(true);
            for (Thread each : load) each.join();
            LivingVillage.awaitNewestListEverywhere();
            gaps = nodes.gaps().subList(before, nodes.gaps().size());

            assertThat(failed).as("of " + answered + " calls").isEmpty();
            assertThat(answered).hasValueGreaterThan(200);
            assertThat(notes().size() - notes).as("each note once").isEqualTo(written.get());
        } finally {
            village.removeReplica(MEMBERSHIP + "-a");
            village.removeReplica(MEMBERSHIP + "-b");
            village.restartService(MEMBERSHIP);
        }

        long longest = gaps.stream().mapToLong(Long::longValue).max().orElse(0);
        System.out.printf(
                "%d calls (%d of them wrote), none failed; %d times a node had no connection, %.0f ms at most%n",
                answered.get(), written.get(), gaps.size(), longest / 1e6);
        assertThat(Duration.ofNanos(longest)).isLessThan(GAP_MAX);
        LivingVillage.awaitNewestListEverywhere();
    }

    private static Replica replica(Installation at, String letter, int apart) {
        return new Replica(
                MEMBERSHIP + "-" + letter,
                new InetSocketAddress("127.0.0.1", at.port(8081) + apart),
                new InetSocketAddress(at.nodePortAddress(), at.port(9081) + apart),
                apart);
    }

    private static void start(Quickstart village, Replica replica) {
        village.startReplica(
                MEMBERSHIP,
                replica.name(),
                Map.of(
                        "server.port", String.valueOf(replica.rest().getPort()),
                        "spring.grpc.server.port", String.valueOf(replica.nodes().getPort()),
                        "coopmesh.zone.port", String.valueOf(village.zonePort() + replica.apart()),
                        "coopmesh.farewell", FAREWELL.toString()));
    }

    /** Four people read, and one of them writes. */
    private static List<Thread> load(
            AtomicBoolean enough,
            ConcurrentLinkedQueue<String> failed,
            AtomicInteger answered,
            AtomicInteger written) {
        var threads = new ArrayList<Thread>();
        for (String reader : READERS) {
            threads.add(
                    repeatedly(
                            enough,
                            failed,
                            () -> {
                                Browser browser = as(reader);
                                note(failed, answered, browser.get("/api/me"));
                                pause(BETWEEN_CALLS);
                            }));
        }
        String member = LivingVillage.get().village().memberId("farid");
        threads.add(
                repeatedly(
                        enough,
                        failed,
                        () -> {
                            var answer =
                                    as("alba")
                                            .post(
                                                    "/api/members/" + member + "/notes",
                                                    Map.of("text", "rolling " + written.get()));
                            if (note(failed, answered, answer)) written.incrementAndGet();
                            pause(BETWEEN_CALLS);
                        }));
        return threads;
    }

    private static boolean note(
            ConcurrentLinkedQueue<String> failed, AtomicInteger answered, Browser.Answer answer) {
        answered.incrementAndGet();
        boolean good = answer.status() / 100 == 2;
        if (!good) failed.add(answer.status() + " " + answer.text());
        return good;
    }

    private static Thread repeatedly(
            AtomicBoolean enough, ConcurrentLinkedQueue<String> failed, Runnable call) {
        return Thread.ofVirtual()
                .start(() -> {
                    while (!enough.get()) {
                        try {
                            call.run();
                        } catch (UncheckedIOException | IllegalStateException e) {
                            failed.add(e + ", " + e.getCause());
                        }
                    }
                });
    }

    private static List<JsonNode> notes() {
        String member = LivingVillage.get().village().memberId("farid");
        var all = new ArrayList<JsonNode>();
        String next = "";
        while (next != null) {
            JsonNode page =
                    as("alba").get("/api/members/" + member + "/notes?limit=200" + next).ok();
            page.path("items").valueStream().forEach(all::add);
            next = page.path("next").isString() ? "&after=" + page.path("next").asString() : null;
        }
        return all;
    }

    private static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
