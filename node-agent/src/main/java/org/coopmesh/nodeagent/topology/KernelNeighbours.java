package org.coopmesh.nodeagent.topology;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.nodeagent.netfilter.Neighbourhood;
import org.coopmesh.nodeagent.netfilter.Neighbourhood.NextHop;
import org.coopmesh.nodeagent.netfilter.Neighbourhood.Station;
import org.coopmesh.nodeagent.netfilter.NetfilterFailure;

/**
 * Neighbours as the kernel knows them: the source that is there whatever routing daemon runs.
 *
 * @param clients how many stations are heard on interfaces that are neither uplink nor links of the mesh
 * @param links next hops of routes that babeld put into the kernel
 */
record KernelNeighbours(int clients, List<Link> links) {
    static final String NAME = "kernel";
    private static final int LINKS_MAX = 256;

    /** As the kernel numbers who put a route there. */
    private static final int BABEL = 42;

    /**
     * Asks the kernel.
     *
     * @param withoutClients interfaces behind which there are none: uplink and links of the mesh
     * @param withRoutes false where babeld itself was asked, whose routes would say the same again
     * @throws NetfilterFailure if it does not answer
     */
    static KernelNeighbours read(
            Neighbourhood kernel, Set<String> withoutClients, boolean withRoutes)
            throws NetfilterFailure {
        return of(
                kernel.interfaces(),
                withRoutes ? kernel.nextHops(BABEL) : Set.of(),
                kernel.stations(),
                withoutClients);
    }

    /** Out of what the kernel said; what is on an interface that has gone meanwhile is left out. */
    static KernelNeighbours of(
            Map<Integer, String> interfaces,
            Set<NextHop> hops,
            Set<Station> stations,
            Set<String> withoutClients) {
        Map<String, Link> links = new LinkedHashMap<>();
        Set<String> meshInterfaces = new HashSet<>(withoutClients);
        for (NextHop hop : hops) {
            String device = interfaces.get(hop.index());
            if (device == null) continue;
            meshInterfaces.add(device);
            if (links.size() >= LINKS_MAX) continue;
            String address = MeshAddress.text(hop.gateway());
            links.put(
                    device + " " + address,
                    Link.newBuilder()
                            .setInterface(device)
                            .setNeighbourAddress(address)
                            .setSource(NAME)
                            .setUsed(true)
                            .build());
        }
        int clients = 0;
        for (Station station : stations) {
            String device = interfaces.get(station.index());
            if (device != null && !meshInterfaces.contains(device)) clients++;
        }
        return new KernelNeighbours(clients, List.copyOf(links.values()));
    }
}
