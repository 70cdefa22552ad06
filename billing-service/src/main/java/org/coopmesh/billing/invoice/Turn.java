package org.coopmesh.billing.invoice;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The place of one batch among those of a run that overlap: while one is written down the next is drawn up. They hold accounts
 * one after the other, so that none that holds some waits for others, and take numbers one after the other.
 */
final class Turn {
    private final CompletableFuture<Void> holding = new CompletableFuture<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final @Nullable Turn before;

    private Turn(@Nullable Turn before) {
        this.before = before;
    }

    static Turn first() {
        return new Turn(null);
    }

    Turn next() {
        return new Turn(this);
    }

    /** Returns when the batch before holds its accounts; throws if it failed. */
    void awaitHolding() {
        if (before != null) {
            before.holding.join();
        }
    }

    void holds() {
        holding.complete(null);
    }

    /** Returns when the batch before is committed; throws if it failed. */
    void awaitNumbers() {
        if (before != null) {
            before.over.join();
        }
    }

    void end() {
        holds();
        over.complete(null);
    }

    void fail(Throwable why) {
        holding.completeExceptionally(why);
        over.completeExceptionally(why);
    }
}
