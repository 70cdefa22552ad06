package org.coopmesh.nodeagent.usage;

import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.coopmesh.nodeagent.netfilter.MeshTable;

/** Absolute figures of what passed the node. They only grow, until the kernel makes them anew. */
public interface Counters extends AutoCloseable {

    /**
     * Reads the kernel's counters.
     *
     * @param table of nftables
     * @param uplink the interface to the Internet, if any
     * @param links the neighbour's node id by the interface that leads to it alone; an empty one is not known
     */
    static Counters nftables(String table, Optional<String> uplink, Map<String, String> links) {
        return new NftablesCounters(MeshTable.open(table), uplink, links);
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

        private static final long BYTES_MAX = 1L << 60;

        /** Whether {@code later} is the same counter, further on; else it was made anew or set back. */
        boolean grewTo(Figure later) {
            return incarnation == later.incarnation
                    && bytes <= later.bytes
                    && packets <= later.packets;
        }

        boolean sameAs(Figure other) {
            return bytes == other.bytes && packets == other.packets;
        }

        /** More than any machine moves in its life: no such figure is billed, whoever made it. */
        boolean impossible() {
            return bytes < 0 || packets < 0 || bytes > BYTES_MAX || packets > BYTES_MAX;
        }

        Figure atZero() {
            return new Figure(key, incarnation, 0, 0, fed);
        }
    }

    /**
     * All counters at one moment.
     *
     * @param epoch differs whenever the counters as a whole were made anew: boot, table flushed, other namespace
     * @param newestInterface the highest number that any interface has
     */
    record Reading(
            String epoch,
            List<Figure> figures,
            Optional<Interface> uplink,
            List<Link> links,
            int newestInterface) {

        /** Of a machine whose interfaces have no numbers and lead to nobody. */
        public Reading(String epoch, List<Figure> figures, Optional<UplinkCounts> uplink) {
            this(
                    epoch,
                    figures,
                    uplink.map(bytes ->
                            new Interface(
                                    bytes.interfaceName(), 0, bytes.received(), bytes.sent())),
                    List.of(),
                    0);
        }
    }

    /**
     * What an interface moved since it was made.
     *
     * @param name as the configuration has it
     * @param index the kernel's number; another number is another interface, a higher one a newer one, 0 is not known
     */
    record Interface(String name, int index, long received, long sent) {}

    /** An interface that leads to one neighbour; an empty id is not known. */
    record Link(String neighbourNodeId, Interface figures) {}

    /** An attachment that the simulated counters invent traffic for; {@code kbit} is the most it may move per second. */
    record Simulated(String attachmentId, long kbit) {}
}
