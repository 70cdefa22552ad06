package org.coopmesh.nodeagent.report;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.coopmesh.nodeagent.usage.Counters;
import org.coopmesh.nodeagent.usage.CountersUnreadable;

/** A kernel with one counter, which survives the agent and not a reboot. */
final class TestCounters implements Counters {
    static final String ATTACHMENT = "11111111-1111-1111-1111-111111111111";

    private String epoch = "epoch-0";
    private int epochs;
    private long bytes;
    boolean unreadable;

    void carry(long more) {
        bytes += more;
    }

    void reboot() {
        epoch = "epoch-" + ++epochs;
        bytes = 0;
    }

    @Override
    public Reading read() {
        if (unreadable) throw new CountersUnreadable("no answer", new IllegalStateException());
        var key = new Key(ATTACHMENT, true, Way.INTERNET_DOWN);
        return new Reading(
                epoch, List.of(new Figure(key, 1, bytes, bytes / 100, true)), Optional.empty());
    }

    @Override
    public void forget(Collection<Key> retired) {}

    @Override
    public void close() {}
}
