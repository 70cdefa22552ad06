package org.coopmesh.nodeagent.usage;

import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.coopmesh.nodeagent.netfilter.MeshTable;

/** Absolute figures of what passed the node. They only grow, until the kernel makes them anew. */
public interface Counters extends AutoCloseable {

    /** Reads the kernel's counters in the table of this name; {@code uplink} is the interface to the Internet, if any. */
    static Counters nftables(String table, Optional<String> uplink) {
        return new NftablesCounters(MeshTable.open(table), uplink);
    }

    /**
     * Invents plausible traffic for a machine without a mesh: by time of day, under the rate of the lane.
     *
     * @param attachments asked at every reading
     */
    static Counters simulated(
            Supplier<List<Simulated>> attachments, InstantSource clock, long seed) {
        return new SimulatedCounters(attachments, clock, seed);
    }

    /**
     * Everything counted up to now.
     *
     * @throws CountersUnreadable if the kernel did not answer
     */
    Reading read();

    /** Lets go of counters that no rule feeds any more, after their last figures were reported. */
    void forget(Collection<Key> retired);

    @Override
    void close();

    /** One counter's name: whose bytes, counted as own or carried, and in which way. */
    record Key(String attachmentId, boolean own, Way way) {}

    /** Which bytes a counter counts, seen from the attachment. */
    enum Way {
        INTERNET_DOWN,
        INTERNET_UP,
        LOCAL_DOWN,
        LOCAL_UP
    }

    /**
     * One counter's figures.
     *
     * @param incarnation differs when a counter of the same name was made anew
     * @param fed whether rules still feed it
     */
    record Figure(Key key, long incarnation, long bytes, long packets, boolean fed) {

        /** Whether {@code later} is the same counter, further on; else it was made anew or set back. */
        boolean grewTo(Figure later) {
            return incarnation == later.incarnation
                    && bytes <= later.bytes
                    && packets <= later.packets;
        }

        Figure atZero() {
            return new Figure(key, incarnation, 0, 0, fed);
        }
    }

    /**
     * All counters at one moment.
     *
     * @param epoch differs whenever the counters as a whole were made anew: boot, table flushed, other namespace
     */
    record Reading(String epoch, List<Figure> figures, Optional<UplinkCounts> uplink) {}

    /** An attachment that the simulated counters invent traffic for; {@code kbit} is the most it may move per second. */
    record Simulated(String attachmentId, long kbit) {}
}
