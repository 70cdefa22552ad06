package org.coopmesh.nodeagent.usage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.coopmesh.nodeagent.netfilter.MeshTable;
import org.coopmesh.nodeagent.netfilter.NetfilterFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The named counters of the mesh table, and the uplink's bytes. */
final class NftablesCounters implements Counters {

    private static final Logger log = LoggerFactory.getLogger(NftablesCounters.class);
    private static final Path INTERFACES = Path.of("/proc/thread-self/net/dev");

    private final MeshTable table;
    private final Optional<String> uplink;

    NftablesCounters(MeshTable table, Optional<String> uplink) {
        this.table = table;
        this.uplink = uplink.filter(name -> !name.isBlank());
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
            return new Reading(
                    counts.epoch(), figures, uplink.flatMap(NftablesCounters::uplinkBytes));
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

    /** Of the calling thread's network namespace; empty while the interface is away. */
    private static Optional<UplinkCounts> uplinkBytes(String name) {
        try {
            for (String line : Files.readAllLines(INTERFACES, StandardCharsets.US_ASCII)) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).strip().equals(name)) {
                    String[] fields = line.substring(colon + 1).strip().split("\\s+", -1);
                    return Optional.of(
                            new UplinkCounts(
                                    name, Long.parseLong(fields[0]), Long.parseLong(fields[8])));
                }
            }
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new CountersUnreadable("no figures for " + name, unreadable);
        }
    }

    @Override
    public void close() {
        table.close();
    }
}
