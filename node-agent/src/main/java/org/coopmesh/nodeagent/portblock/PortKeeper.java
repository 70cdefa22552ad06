package org.coopmesh.nodeagent.portblock;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.coopmesh.nodeagent.netfilter.Flows;
import org.coopmesh.nodeagent.netfilter.NetfilterFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what port blocks promise true: flows that began under other rules are ended, and since when which parameters count is
 * written down. The rules themselves are restored with the agent's table. The door of this capability.
 */
public final class PortKeeper {
    private static final Duration EVERY = Duration.ofSeconds(20);
    private static final Duration AT_FIRST = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(PortKeeper.class);

    private final Optional<PortBlocks> blocks;
    private final Epochs epochs;
    private final BooleanSupplier enforced;
    private final InstantSource clock;
    private volatile String trouble = "";
    private volatile long ended;
    private volatile List<Epochs.Epoch> known = List.of();

    /**
     * How it is.
     *
     * @param trouble empty where every port is the one it should be
     * @param ended flows since the start that had another port
     */
    public record Progress(Optional<PortBlocks> blocks, String trouble, long ended) {}

    /**
     * Does nothing yet.
     *
     * @param blocks empty where this node shares no outside address by blocks
     * @param enforced whether the kernel has the rules
     */
    public PortKeeper(
            Optional<PortBlocks> blocks,
            Epochs epochs,
            BooleanSupplier enforced,
            InstantSource clock) {
        this.blocks = blocks;
        this.epochs = epochs;
        this.enforced = enforced;
        this.clock = clock;
    }

    public Progress progress() {
        return new Progress(blocks, trouble, ended);
    }

    /** Since when which parameters count, oldest first; empty until it is known. */
    public List<Epochs.Epoch> epochs() {
        return known;
    }

    /** Keeps them until interrupted. */
    public void run() throws InterruptedException {
        try (var flows = new Flows()) {
            while (true) {
                boolean fine = keep(flows);
                Thread.sleep(fine ? EVERY : AT_FIRST);
            }
        }
    }

    /** One round; false if it has to be tried again soon. */
    boolean keep(Flows flows) throws InterruptedException {
        String now = "";
        try {
            if (blocks.isPresent() && !enforced.getAsBoolean()) {
                now = "the rules are not in the kernel";
                tell(Optional.empty());
            } else {
                int strays = blocks.isPresent() ? flows.end(flow -> strays(blocks.get(), flow)) : 0;
                if (strays > 0) {
                    ended += strays;
                    log.atInfo()
                            .addKeyValue("flows", strays)
                            .log("flows that began under other rules are ended");
                }
                tell(blocks);
            }
        } catch (NetfilterFailure | IOException failed) {
            if (Thread.interrupted()) throw new InterruptedException();
            now = String.valueOf(failed.getMessage());
        }
        if (!now.isEmpty() && !now.equals(trouble)) {
            log.atWarn()
                    .addKeyValue("code", "port-blocks-not-kept")
                    .addKeyValue("why", now)
                    .log("ports do not say who");
        }
        trouble = now;
        return now.isEmpty();
    }

    private void tell(Optional<PortBlocks> since) throws IOException {
        epochs.begin(clock.instant(), since);
        known = epochs.all();
    }

    /** Whether a flow leaves, or may leave, by a port that would name somebody else. */
    static boolean strays(PortBlocks blocks, Flows.Flow flow) {
        if (flow.outsidePort() < 0) return false;
        Ipv4 outside = new Ipv4(flow.outside());
        Ipv4 inside = new Ipv4(flow.inside());
        if (!blocks.outside().contains(outside)) return false;
        Optional<PortBlocks.Block> own = blocks.blockOf(inside);
        if (own.isPresent()) {
            return !own.get().outside().equals(outside)
                    || flow.outsidePort() < own.get().first()
                    || flow.outsidePort() > own.get().last();
        }
        return flow.outsidePort() >= blocks.firstPort() && flow.outsidePort() <= blocks.lastPort();
    }
}
