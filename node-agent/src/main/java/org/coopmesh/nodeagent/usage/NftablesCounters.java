package org.coopmesh.nodeagent.usage;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.coopmesh.nodeagent.netfilter.Interfaces;
import org.coopmesh.nodeagent.netfilter.MeshTable;
import org.coopmesh.nodeagent.netfilter.NetfilterFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The named counters of the mesh table, and the bytes of uplink and links. */
final class NftablesCounters implements Counters {

    private static final Logger log = LoggerFactory.getLogger(NftablesCounters.class);

    private final MeshTable table;
    private final Interfaces interfaces = new Interfaces();
    private final Optional<String> uplink;
    private final Map<String, String> links;
    private final Map<String, Integer> indices = new HashMap<>();

    NftablesCounters(MeshTable table, Optional<String> uplink, Map<String, String> links) {
        this.table = table;
        this.uplink = uplink.filter(name -> !name.isBlank());
        this.links = new TreeMap<>(links);
    }

    @Override
    public Reading read() {
        try {
            List<Figure> figures = new ArrayList<>();
            MeshTable.Counts counts = table.counts();
            for (MeshTable.NamedCounter counter : counts.counters()) {
                key(counter.name())
                        .ifPresent(key ->
                                figures.add(
                                        new Figure(
                                                key,
                                                counter.handle(),
                                                counter.bytes(),
                                                counter.packets(),
                                                counter.uses() > 0)));
            }
            List<Interfaces.Interface> all = interfaces.read();
            List<Link> moved = new ArrayList<>();
            links.forEach((name, neighbour) ->
                    named(name, all).ifPresent(found -> moved.add(new Link(neighbour, found))));
            return new Reading(
                    counts.epoch(),
                    figures,
                    uplink.flatMap(name -> named(name, all)),
                    moved,
                    all.stream().mapToInt(Interfaces.Interface::index).max().orElse(0));
        } catch (NetfilterFailure failure) {
            throw new CountersUnreadable("counters of " + table.name() + " unreadable", failure);
        }
    }

    @Override
    public void forget(Collection<Key> retired) {
        for (Key key : retired) {
            try {
                table.removeCounter(
                        MeshTable.counterName(
                                key.attachmentId(),
                                key.own(),
                                key.way().name().toLowerCase(Locale.ROOT)));
            } catch (NetfilterFailure inUseAgain) {
                log.atDebug()
                        .addKeyValue("attachmentId", key.attachmentId())
                        .addKeyValue("why", inUseAgain.getMessage())
                        .log("counter kept");
            }
        }
    }

    private static Optional<Key> key(String name) {
        String[] parts = name.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Key(
                            parts[1],
                            parts[0].equals(MeshTable.OWN),
                            Way.valueOf(parts[2].toUpperCase(Locale.ROOT))));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    /** The interface of this name, or the one that had it until it was renamed; empty while there is neither. */
    private Optional<Interface> named(String name, List<Interfaces.Interface> all) {
        int last = indices.getOrDefault(name, 0);
        Optional<Interfaces.Interface> found =
                all.stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .or(() -> all.stream().filter(one -> one.index() == last).findFirst());
        found.ifPresent(one -> indices.put(name, one.index()));
        return found.map(one -> new Interface(name, one.index(), one.received(), one.sent()));
    }

    @Override
    public void close() {
        table.close();
        interfaces.close();
    }
}
