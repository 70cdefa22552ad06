package org.coopmesh.billing.metering;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.stereotype.Component;

/**
 * Gathers what many nodes hand over at the same time into few transactions. While one commits, the next gathers, so the
 * batches grow with the load and a lone request waits for nobody.
 */
@Component
class GroupCommit implements SmartLifecycle {
    /** Requests that may wait; a node that finds no room tries again later. */
    private static final int WAITING_MAX = 4_096;

    /** Reports in one transaction, unless one request alone has more. */
    private static final int BATCH_REPORTS_MAX = 2_000;

    /** One transaction is prepared while another waits for the disk. */
    private static final int WRITERS = 2;

    private static final int ATTEMPTS_MAX = 3;
    private static final int ANSWER_SECONDS_MAX = 30;
    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    private final Intake intake;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(WAITING_MAX);
    private final List<Thread> writers = new ArrayList<>();
    private volatile boolean running;

    private record Waiting(Arrival arrival, CompletableFuture<List<Receipt>> answer) {}

    GroupCommit(Intake intake) {
        this.intake = intake;
    }

    /**
     * Waits until {@code arrival} is durable.
     *
     * @throws NotDurable if it is not, or not known to be: to be handed over again
     */
    List<Receipt> store(Arrival arrival) {
        var waiting = new Waiting(arrival, new CompletableFuture<>());
        if (!running || !queue.offer(waiting)) {
            throw new NotDurable("busy, come again", null);
        }
        try {
            return waiting.answer().get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new NotDurable("not stored, come again", e.getCause());
        } catch (TimeoutException e) {
            throw new NotDurable("not stored in time, come again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotDurable("interrupted, come again", e);
        }
    }

    @Override
    public void start() {
        running = true;
        for (int i = 0; i < WRITERS; i++) {
            writers.add(Thread.ofPlatform().name("metering-writer-" + i).start(this::write));
        }
    }

    @Override
    public void stop() {
        running = false;
        for (Thread writer : writers) {
            try {
                writer.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        writers.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Starts before the node port opens and ends after it is closed. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 4_096;
    }

    private void write() {
        while (running || !queue.isEmpty()) {
            try {
                Waiting first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) store(gather(first));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private List<Waiting> gather(Waiting first) {
        var batch = new ArrayList<Waiting>();
        batch.add(first);
        int size = first.arrival().size();
        while (size < BATCH_REPORTS_MAX) {
            Waiting next = queue.poll();
            if (next == null) break;
            batch.add(next);
            size += next.arrival().size();
        }
        return batch;
    }

    private void store(List<Waiting> batch) {
        try {
            List<List<Receipt>> answers = attempt(batch.stream().map(Waiting::arrival).toList());
            for (int i = 0; i < batch.size(); i++) batch.get(i).answer().complete(answers.get(i));
        } catch (RuntimeException e) {
            if (batch.size() == 1) {
                log.atError().setCause(e).log("usage reports not stored");
                batch.getFirst().answer().completeExceptionally(e);
            } else {
                // One that cannot be stored must not hold up the others.
                for (Waiting waiting : batch) store(List.of(waiting));
            }
        }
    }

    private List<List<Receipt>> attempt(List<Arrival> arrivals) {
        for (int attempt = 1; ; attempt++) {
            try {
                return intake.store(arrivals);
            } catch (DuplicateKeyException | TransientDataAccessException e) {
                // Another writer or replica stored the same report meanwhile; now it is known.
                if (attempt == ATTEMPTS_MAX) throw e;
            } catch (DataAccessException e) {
                throw e;
            }
        }
    }

    /** Reports could not be made durable; nothing is lost, the node still has them. */
    static class NotDurable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotDurable(String message, @org.jspecify.annotations.Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
