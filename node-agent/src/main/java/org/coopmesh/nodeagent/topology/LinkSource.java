package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.nodeagent.topology.SourceFailed.Trouble;

/** A routing daemon of this machine that can be asked for its links. Nothing that it answers is trusted. */
interface LinkSource {
    /** As the report names it. */
    String name();

    /** Looks whether the daemon is here, cheaply, and remembers where. */
    boolean find(Deadline deadline) throws IOException;

    /**
     * What it sees now; only after it was found.
     *
     * @throws IOException if that is not known
     */
    Reading read(Deadline deadline) throws IOException;

    /**
     * What a source told.
     *
     * @param interfaces on which it looks for neighbours
     * @param ownAddresses of overlays, which neighbours know instead of an interface's
     */
    record Reading(List<Link> links, Set<String> interfaces, List<String> ownAddresses) {}

    /** Links as they come, each once, and no more of them than any machine can have. */
    final class Found {
        private static final int LINKS_MAX = 256;
        private static final int INTERFACES_MAX = 64;
        private final String source;
        private final Map<String, Link.Builder> links = new LinkedHashMap<>();
        private final Set<String> interfaces = new TreeSet<>();
        private final List<String> ownAddresses = new ArrayList<>();

        Found(String source) {
            this.source = source;
        }

        /** The link over {@code interfaceName}, which may be empty, to {@code address}; the same one if it is asked again. */
        Link.Builder link(String interfaceName, String address) throws SourceFailed {
            if (!interfaceName.isEmpty()) onInterface(interfaceName);
            Link.Builder link =
                    links.computeIfAbsent(
                            interfaceName + " " + address,
                            key ->
                                    Link.newBuilder()
                                            .setSource(source)
                                            .setInterface(interfaceName)
                                            .setNeighbourAddress(address));
            if (links.size() > LINKS_MAX) {
                throw new SourceFailed(Trouble.LARGE, "more links than " + LINKS_MAX);
            }
            return link;
        }

        void onInterface(String interfaceName) throws SourceFailed {
            interfaces.add(interfaceName);
            if (interfaces.size() > INTERFACES_MAX) {
                throw new SourceFailed(Trouble.LARGE, "more interfaces than " + INTERFACES_MAX);
            }
        }

        void ownAddress(String address) {
            ownAddresses.add(address);
        }

        /** Says of every link whether traffic goes over it: {@code hops} are interface and address. */
        void used(Set<String> hops) {
            links.forEach((hop, link) -> link.setUsed(hops.contains(hop)));
        }

        Reading reading() {
            return new Reading(
                    links.values().stream().map(Link.Builder::build).toList(),
                    Set.copyOf(interfaces),
                    List.copyOf(ownAddresses));
        }
    }

    /** Hops of routes, each once; there are no more of them than links. */
    final class Hops {
        private static final int HOPS_MAX = 1_024;
        private final Set<String> hops = new TreeSet<>();

        void add(String interfaceName, String address) throws SourceFailed {
            hops.add(interfaceName + " " + address);
            if (hops.size() > HOPS_MAX) {
                throw new SourceFailed(Trouble.LARGE, "more next hops than " + HOPS_MAX);
            }
        }

        Set<String> all() {
            return hops;
        }
    }
}
