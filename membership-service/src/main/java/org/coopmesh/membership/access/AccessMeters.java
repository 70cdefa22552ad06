package org.coopmesh.membership.access;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.coopmesh.watch.Reading;
import org.springframework.stereotype.Component;

/** Counts how the list gets to the nodes: which version it is, who listens, who lags, and how long a change takes. */
@Component
class AccessMeters {
    /** Within the first all six nodes of the lab have it, within the fifth ten thousand. */
    private static final Duration[] STEPS = {
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofSeconds(60)
    };

    /** It names every node with a stream here. */
    private static final Duration LOOK_WHO_LAGS_EVERY = Duration.ofSeconds(30);

    private final AccessFeed feed;
    private final AccessLists lists;
    private final Receipts receipts;
    private final Timer propagation;

    AccessMeters(AccessFeed feed, AccessLists lists, Receipts receipts, MeterRegistry registry) {
        this.feed = feed;
        this.lists = lists;
        this.receipts = receipts;
        propagation =
                Timer.builder("coopmesh.access.propagation")
                        .description(
                                "From a change of the access list going out on a node's stream to the node's word that it is enforced")
                        .serviceLevelObjectives(STEPS)
                        .register(registry);
        Gauge.builder("coopmesh.access.streams", feed, AccessFeed::streams)
                .description("Nodes that listen for changes of the access list at this replica")
                .register(registry);
        Reading.every(LOOK_WHO_LAGS_EVERY, this::look)
                .gauge(
                        registry,
                        "coopmesh.access.newest.version",
                        "The newest version of the access list",
                        Look::version)
                .gauge(
                        registry,
                        "coopmesh.access.newest.entries",
                        "Entries on the access list",
                        Look::entries)
                .gauge(
                        registry,
                        "coopmesh.access.lagging",
                        "Nodes that listen at this replica and do not enforce the newest version",
                        Look::lagging);
    }

    private record Look(long version, long entries, int lagging) {}

    private Look look() {
        AccessLists.Head head = lists.head();
        return new Look(
                head.version(), head.entries(), receipts.lagging(feed.nodes(), head.version()));
    }

    /** A node has said what it enforces. Said again it does not count. */
    void received(Receipt receipt) {
        Long took = receipt.tookMillis();
        if (took != null
                && receipt.failure().isEmpty()
                && feed.firstReceipt(receipt.node(), receipt.version())) {
            propagation.record(Duration.ofMillis(took));
        }
    }
}
