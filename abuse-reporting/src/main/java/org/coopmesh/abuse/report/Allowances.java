package org.coopmesh.abuse.report;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * How much each side may send. A client, the network around it, and a network about one target have allowances of their own;
 * there is none that all share, so a flood from one side uses up nobody else's, not even about the same target. Strangers together never hold
 * all places that a report is worked on at: some are for members and partners alone. Counts on the machine's own time, which no demo
 * clock moves; each replica counts for itself.
 */
@Component
class Allowances {
    private static final int CLIENT_LENGTH_V6 = 64;
    private static final int NETWORK_LENGTH_V4 = 24;
    private static final int NETWORK_LENGTH_V6 = 48;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int LETTERS_A_DAY = 5;

    private final IntakeSettings settings;
    private final Map<String, Bucket> buckets;
    private final Semaphore strangers;

    Allowances(IntakeSettings settings) {
        this.settings = settings;
        this.strangers = new Semaphore(settings.strangersAtOnce(), true);
        this.buckets =
                new LinkedHashMap<>(64, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                        return size() > settings.clientsMax();
                    }
                };
    }

    /** Takes one from the allowance of a member; how long to wait where there is none left. */
    Optional<Duration> member(String id) {
        return take("member " + id, settings.reportsPerClient());
    }

    /** The same for a partner, who has an allowance of their own. */
    Optional<Duration> partner(PartnerId id, int perPeriod) {
        return take("partner " + id, perPeriod);
    }

    /** The same for an address without a name: of its own allowance and of its network's. */
    Optional<Duration> stranger(String remoteAddress) {
        Optional<Duration> wait =
                take("client " + client(remoteAddress), settings.reportsPerClient());
        return wait.isPresent()
                ? wait
                : take("network " + network(remoteAddress), settings.reportsPerNetwork());
    }

    /** The same for what comes from a stranger's network about one address or page. */
    Optional<Duration> about(String remoteAddress, @Nullable Prefix address, @Nullable String url) {
        if (address == null && url == null) return Optional.empty();
        String target = address != null ? address.toString() : "url " + url;
        return take("about " + network(remoteAddress) + " " + target, settings.reportsPerTarget());
    }

    /** True if a sender may bring one more mail; all that say nothing of themselves share one allowance of a network's size. */
    boolean mail(String sender) {
        if (sender.isEmpty()) return take("mail", settings.reportsPerNetwork()).isEmpty();
        return take("mail " + sender, settings.reportsPerClient()).isEmpty()
                && take(
                                "mail @" + sender.substring(sender.indexOf('@') + 1),
                                settings.reportsPerNetwork())
                        .isEmpty();
    }

    /** True if one more letter may go to an address today: nobody is to be flooded by our answers. */
    boolean letter(String to) {
        return take("letter " + to, LETTERS_A_DAY, Duration.ofDays(1)).isEmpty();
    }

    /** Waits a little for a place; false if there is none. Whoever got one gives it back. */
    boolean enter() throws InterruptedException {
        return strangers.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    void leave() {
        strangers.release();
    }

    private Optional<Duration> take(String whose, int perPeriod) {
        return take(whose, perPeriod, settings.ratePeriod());
    }

    private Optional<Duration> take(String whose, int perPeriod, Duration period) {
        Bucket bucket;
        synchronized (buckets) {
            bucket =
                    buckets.computeIfAbsent(
                            whose,
                            name ->
                                    Bucket.builder()
                                            .addLimit(limit ->
                                                    limit.capacity(perPeriod)
                                                            .refillGreedy(perPeriod, period))
                                            .build());
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        return probe.isConsumed()
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    private static String client(String remoteAddress) {
        return within(remoteAddress, 32, CLIENT_LENGTH_V6);
    }

    private static String network(String remoteAddress) {
        return within(remoteAddress, NETWORK_LENGTH_V4, NETWORK_LENGTH_V6);
    }

    private static String within(String remoteAddress, int v4, int v6) {
        try {
            Prefix address = Prefix.address(remoteAddress);
            int length =
                    switch (address.family()) {
                        case V4 -> v4;
                        case V6 -> v6;
                    };
            int beyond = address.family().bits() - length;
            return new Prefix(
                            address.family(),
                            address.first().shiftRight(beyond).shiftLeft(beyond),
                            length)
                    .toString();
        } catch (IllegalArgumentException notAnAddress) {
            return "elsewhere";
        }
    }
}
