package org.coopmesh.membership.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.topology.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes down what nodes say, many at a time: ten thousand answer one change within a second, and a transaction each would keep
 * the disk busy for ten. Nobody is answered before the commit that their word is in.
 */
@Component
class ReceiptDesk implements SmartLifecycle {
    /** Whoever comes when this many wait is sent away, and comes again. */
    static final int WAITING_MAX = 50_000;

    /** In one transaction at most. */
    static final int TOGETHER_MAX = 2_000;

    private static final Logger log = LoggerFactory.getLogger(ReceiptDesk.class);
    private static final Duration LOOK_UP = Duration.ofMillis(200);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    private final Receipts receipts;
    private final Topology topology;
    private final TransactionTemplate transaction;
    private final LinkedBlockingQueue<Word> waiting = new LinkedBlockingQueue<>(WAITING_MAX);
    private volatile boolean running;
    private @Nullable Thread thread;

    ReceiptDesk(Receipts receipts, Topology topology, PlatformTransactionManager transactions) {
        this.receipts = receipts;
        this.topology = topology;
        transaction = new TransactionTemplate(transactions);
    }

    /** What a node said; without a receipt no more than that it called. */
    private record Word(
            NodeId node, @Nullable Receipt receipt, Consumer<@Nullable RuntimeException> written) {}

    /**
     * Takes a receipt in to be written; false if too many wait.
     *
     * @param written called once after the commit with null, or with why the receipt could not be kept
     */
    boolean take(Receipt receipt, Consumer<@Nullable RuntimeException> written) {
        return running && waiting.offer(new Word(receipt.node(), receipt, written));
    }

    /** A node has called. Where too many wait it goes unnoticed until its next word. */
    void seen(NodeId node) {
        waiting.offer(new Word(node, null, failure -> {}));
    }

    private void run() {
        var words = new ArrayList<Word>();
        while (running || !waiting.isEmpty()) {
            try {
                Word first = waiting.poll(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                words.add(first);
                waiting.drainTo(words, TOGETHER_MAX - 1);
                write(words);
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException e) {
                log.atError().setCause(e).log("receipts could not be answered");
            } finally {
                words.clear();
            }
        }
    }

    /** One statement takes one word of each node: a second one of the same node goes into the next. */
    private void write(List<Word> words) {
        var together = new LinkedHashMap<NodeId, Word>();
        for (Word word : words) {
            Word before = together.get(word.node());
            if (before != null && before.receipt() != null && word.receipt() != null) {
                writeTogether(List.copyOf(together.values()));
                together.clear();
            }
            if (before == null || word.receipt() != null) {
                together.put(word.node(), word);
            }
        }
        writeTogether(List.copyOf(together.values()));
    }

    private void writeTogether(Collection<Word> words) {
        RuntimeException failure = null;
        try {
            commit(words);
        } catch (DataIntegrityViolationException refused) {
            if (words.size() > 1) { // One that the database refuses takes nothing from the others.
                words.forEach(word -> writeTogether(List.of(word)));
                return;
            }
            failure = refused;
        } catch (RuntimeException away) {
            failure = away;
        }
        if (failure != null) {
            log.atWarn()
                    .setCause(failure)
                    .addKeyValue("receipts", words.size())
                    .log("receipts not kept");
        }
        for (Word word : words) {
            word.written().accept(failure);
        }
    }

    private void commit(Collection<Word> words) {
        var told = new ArrayList<Receipt>();
        for (Word word : words) {
            if (word.receipt() != null) {
                told.add(word.receipt());
            }
        }
        transaction.executeWithoutResult(status -> {
            if (!told.isEmpty()) {
                receipts.keep(told);
            }
            topology.seen(words.stream().map(Word::node).toList());
        });
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().daemon().name("receipt-desk").start(this::run);
    }

    /** What was taken in is written first. */
    @Override
    public void stop() {
        running = false;
        Thread writing = thread;
        if (writing != null) {
            try {
                writing.join(STOP_PATIENCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Below the node port's: starts before it and stops after it. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 2;
    }
}
