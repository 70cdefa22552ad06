package org.coopmesh.billing.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.annotation.PreDestroy;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sends what waits. Each receiver has lanes of its own, so that one that is slow holds nobody back but itself; one that fails
 * has a single lane until it takes something again.
 */
@Component
class Delivering {
    /** Messages under way to one receiver, of this process. */
    static final int LANES = 4;

    /** Longer than any attempt; a message whose sender died is sent again after this. */
    static final Duration LEASE = Duration.ofMinutes(2);

    private static final Logger log = LoggerFactory.getLogger(Delivering.class);
    private static final int GONE = 410;
    private static final int FORGET_AT_ONCE = 10_000;
    private static final int MILLION = 1_000_000;
    private static final int WHY_CHARS_MAX = 300;
    private static final Duration UPKEEP_EVERY = Duration.ofMinutes(1);

    private final Receivers receivers;
    private final Deliveries deliveries;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final ReceiverLine line;
    private final ConcurrentHashMap<UUID, Integer> lanes = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean ending;
    private Instant keptUpAt = Instant.EPOCH;

    /** A receiver compares the time of a message with its own, which no demo clock moves. */
    private final Clock machine = Clock.systemUTC();

    Delivering(
            Receivers receivers,
            Deliveries deliveries,
            TransactionTemplate transaction,
            Clock clock,
            WebhookSettings settings) {
        this.receivers = receivers;
        this.deliveries = deliveries;
        this.transaction = transaction;
        this.clock = clock;
        this.line =
                new ReceiverLine(
                        new Reach(settings.networks(), InetAddress::getAllByName),
                        (SSLSocketFactory) SSLSocketFactory.getDefault(),
                        ReceiverLine.ANSWER_MAX);
    }

    @Scheduled(fixedDelayString = "${coopmesh.webhook.check-interval:PT1S}")
    void check() {
        begin();
        Instant now = clock.instant();
        if (now.isAfter(keptUpAt.plus(UPKEEP_EVERY))) {
            keptUpAt = now;
            keepUp(now);
        }
    }

    /** Begins to send what is due, in lanes that are free; each ends when nothing is due, or one message failed. */
    List<Future<?>> begin() {
        var begun = new ArrayList<Future<?>>();
        for (UUID receiver : deliveries.receiversDue(clock.instant())) {
            int most = receivers.find(receiver).map(Receiver::failingSince).isPresent() ? 1 : LANES;
            while (enter(receiver, most)) {
                begun.add(threads.submit(() -> drive(receiver)));
            }
        }
        return begun;
    }

    private boolean enter(UUID receiver, int most) {
        var entered = new boolean[1];
        lanes.compute(
                receiver,
                (id, busy) -> {
                    int before = busy == null ? 0 : busy;
                    entered[0] = before < most;
                    return entered[0] ? Integer.valueOf(before + 1) : busy;
                });
        return entered[0];
    }

    private void drive(UUID receiver) {
        try {
            boolean goesOn = true;
            while (goesOn && !ending) {
                Optional<Delivery> next = deliveries.lease(receiver, clock.instant(), LEASE);
                Optional<Receiver> to = receivers.find(receiver);
                goesOn = next.isPresent() && to.isPresent() && send(to.get(), next.get());
            }
        } catch (RuntimeException failed) {
            // The lease runs out, and it is sent again.
            log.atWarn()
                    .setCause(failed)
                    .addKeyValue("receiverId", receiver)
                    .log("message not sent");
        } finally {
            lanes.computeIfPresent(receiver, (id, busy) -> busy == 1 ? null : busy - 1);
        }
    }

    /** Whether it was taken. */
    private boolean send(Receiver receiver, Delivery delivery) {
        Instant began = machine.instant();
        byte[] body = delivery.body().getBytes(UTF_8);
        Integer status = null;
        String why;
        try {
            status =
                    line.post(
                            receiver.url(), receiver.sign(delivery.messageId(), began, body), body);
            why = status / 100 == 3 ? "a redirect, which is not followed" : "status " + status;
        } catch (ReceiverLine.NotReached away) {
            String told = String.valueOf(away.getMessage());
            why = told.substring(0, Math.min(told.length(), WHY_CHARS_MAX));
        }
        int millis = Math.toIntExact(Duration.between(began, machine.instant()).toMillis());
        if (status != null && status / 100 == 2) {
            taken(receiver, delivery, status, millis);
            return true;
        }
        failed(receiver, delivery, status, why, millis);
        return false;
    }

    private void taken(Receiver receiver, Delivery delivery, int status, int millis) {
        Instant now = clock.instant();
        transaction.executeWithoutResult(tx -> {
            receivers.hasTaken(receiver.id(), now);
            deliveries.taken(delivery.id(), status, millis, now);
        });
    }

    private void failed(
            Receiver receiver,
            Delivery delivery,
            @Nullable Integer status,
            String why,
            int millis) {
        Instant now = clock.instant();
        Instant next = delivery.retryAt(now, ThreadLocalRandom.current().nextInt(MILLION));
        transaction.executeWithoutResult(tx -> {
            Optional<Instant> since = receivers.hasFailed(receiver.id(), now);
            deliveries.failed(delivery.id(), status, why, millis, next, now);
            if (status != null && status == GONE) {
                receivers.disable(
                        receiver.id(), "the receiver says that it is gone (status 410)", now);
            } else if (since.isPresent()
                    && !now.isBefore(since.get().plus(Receiver.DISABLED_AFTER))) {
                receivers.disable(
                        receiver.id(),
                        "it took nothing for %d days, last: %s"
                                .formatted(
                                        Receiver.DISABLED_AFTER.toDays(),
                                        why.substring(0, Math.min(why.length(), 200))),
                        now);
            }
        });
    }

    /** Keeps queue and history within their limits. */
    void keepUp(Instant now) {
        receivers.forgetOldSecrets(now);
        deliveries.forget(now.minus(Telling.KEPT), FORGET_AT_ONCE);
        deliveries.counts().values().stream()
                .filter(counts -> counts.waiting() > Telling.WAITING_MAX)
                .forEach(counts ->
                        receivers.disable(
                                counts.receiver(),
                                "more than %,d messages wait for it".formatted(Telling.WAITING_MAX),
                                now));
    }

    @PreDestroy
    void end() {
        ending = true;
        threads.shutdown();
        line.close();
    }
}
