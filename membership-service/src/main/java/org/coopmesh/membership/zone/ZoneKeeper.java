package org.coopmesh.membership.zone;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.coopmesh.contracts.membership.v1.NamesHead;
import org.coopmesh.membership.names.Behind;
import org.coopmesh.membership.names.MeshName;
import org.coopmesh.membership.names.MeshService;
import org.coopmesh.membership.names.NameRegister;
import org.coopmesh.membership.names.NamesChanged;
import org.coopmesh.membership.node.AccessListKey;
import org.coopmesh.membership.node.Attachment;
import org.coopmesh.membership.node.Node;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRecordId;
import org.coopmesh.membership.node.NodeRegister;
import org.coopmesh.membership.node.Prefix;
import org.coopmesh.membership.topology.NamesLookup;
import org.coopmesh.membership.topology.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Keeps the zone what the names say. A name is served while its node is in service and its owner's. The serial and the log of
 * changes are in the database, so all replicas serve the same.
 */
@Service
@EnableConfigurationProperties(ZoneSettings.class)
public class ZoneKeeper implements NamesLookup {
    private static final Logger log = LoggerFactory.getLogger(ZoneKeeper.class);
    private static final byte[] PURPOSE = "coopmesh-names-v1\0".getBytes(StandardCharsets.US_ASCII);

    private final Zones zones;
    private final NameRegister names;
    private final NodeRegister nodes;
    private final Topology topology;
    private final AccessListKey key;
    private final ZoneSettings settings;
    private final Clock clock;
    private volatile long serial;

    ZoneKeeper(
            Zones zones,
            NameRegister names,
            NodeRegister nodes,
            Topology topology,
            AccessListKey key,
            ZoneSettings settings,
            Clock clock) {
        this.zones = zones;
        this.names = names;
        this.nodes = nodes;
        this.topology = topology;
        this.key = key;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public long serial() {
        return serial;
    }

    /** Heard in the transaction of the cause: either both count or neither. */
    @EventListener
    void on(NamesChanged event) {
        zones.wish();
    }

    /** A version of the zone, whole. */
    record Snapshot(Zones.Head head, SortedSet<ZoneRecord> records) {}

    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    Snapshot snapshot() {
        return new Snapshot(zones.head(), zones.records());
    }

    @Transactional(readOnly = true)
    Zones.Head head() {
        return zones.head();
    }

    /**
     * What differs from version {@code have}.
     *
     * @param changes in order; null where the log does not reach back to it
     */
    record Difference(Zones.Head head, @Nullable List<Zones.Change> changes) {}

    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    Difference since(long have) {
        Zones.Head head = zones.head();
        return new Difference(head, zones.changesAfter(have, head.serial()).orElse(null));
    }

    /**
     * Lines of hosts that differ from what a node has.
     *
     * @param from 0: {@code added} is everything
     */
    record HostChanges(Zones.Head head, long from, List<String> removed, List<String> added) {}

    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    HostChanges hostsSince(long have, byte[] haveHash) {
        Zones.Head head = zones.head();
        if (have > 0 && zones.knows(have, haveHash)) {
            List<Zones.Change> changes = zones.changesAfter(have, head.serial()).orElse(null);
            if (changes != null) return difference(head, have, changes);
        }
        return new HostChanges(head, 0, List.of(), HostLines.of(zones.records()));
    }

    /** What came and went again in between is not told. */
    private static HostChanges difference(Zones.Head head, long have, List<Zones.Change> changes) {
        var last = new HashMap<String, Boolean>();
        var first = new HashMap<String, Boolean>();
        for (Zones.Change change : changes) {
            if (!HostLines.isLine(change.record())) continue;
            String line = change.record().hostLine();
            first.putIfAbsent(line, change.added());
            last.put(line, change.added());
        }
        var removed = new TreeSet<String>();
        var added = new TreeSet<String>();
        last.forEach((line, is) -> {
            if (is.equals(first.get(line))) (is ? added : removed).add(line);
        });
        return new HostChanges(head, have, List.copyOf(removed), List.copyOf(added));
    }

    /** Learns what another replica has published; true if this one has something to do. */
    @Transactional(readOnly = true)
    boolean wished() {
        serial = zones.head().serial();
        return zones.wished();
    }

    /**
     * Makes the zone what it is to be now; a new version if that is different from the last. Where names are off and never were
     * on it does nothing.
     *
     * @return true if there is a new version
     */
    @Transactional
    boolean publish() {
        Zones.Head before = zones.lockHead();
        zones.takeWishes();
        boolean off = names.zone().isEmpty();
        String zone = off ? before.zone() : names.zone();
        if (zone.isEmpty()) return false;
        SortedSet<ZoneRecord> wanted =
                ZoneContent.of(zone, settings.servers(), off ? List.of() : entries());
        SortedSet<ZoneRecord> present = zones.records();
        List<ZoneRecord> removed = without(present, wanted);
        List<ZoneRecord> added = without(wanted, present);
        // A log without the newest version was emptied by hand: after a restore the serial is
        // raised so
        boolean another =
                !zone.equals(before.zone())
                        || (before.serial() > 0 && !zones.logged(before.serial()));
        // What a former key signed is signed again, before nodes trust that key no more
        boolean signedBefore = before.serial() > 0 && !key.id().equals(before.keyId());
        if (removed.isEmpty() && added.isEmpty() && !another && !signedBefore) return false;
        Instant now = clock.instant();
        long next = before.serial() + 1;
        zones.remove(removed);
        zones.put(added);
        List<String> lines = HostLines.of(wanted);
        byte[] hash = HostLines.hash(lines);
        byte[] head =
                NamesHead.newBuilder()
                        .setSerial(next)
                        .setZone(zone)
                        .setLinesHash(ByteString.copyFrom(hash))
                        .setLines(lines.size())
                        .setIssuedAt(
                                Timestamp.newBuilder()
                                        .setSeconds(now.getEpochSecond())
                                        .setNanos(now.getNano()))
                        .build()
                        .toByteArray();
        if (another) zones.forgetLog();
        zones.log(next, hash, changes(next, removed, added), now);
        zones.trimLog();
        AccessListKey.Signed signature = key.sign(signed(head));
        zones.save(
                new Zones.Head(next, zone, hash, head, signature.signature(), signature.keyId()));
        log.atInfo()
                .addKeyValue("serial", next)
                .addKeyValue("added", added.size())
                .addKeyValue("removed", removed.size())
                .log("zone published");
        if (lines.size() == HostLines.LINES_MAX) {
            log.atWarn().addKeyValue("most", HostLines.LINES_MAX).log("nodes keep not every name");
        }
        return true;
    }

    private List<ZoneContent.Entry> entries() {
        List<MeshName> all = names.all();
        var records = new HashMap<NodeRecordId, NodeId>();
        var owners = new HashMap<NodeRecordId, Node>();
        nodes.all(all.stream().map(name -> name.about().node()).distinct().toList())
                .forEach(node -> {
                    if (node instanceof Node.Enrolled enrolled) {
                        records.put(node.id(), enrolled.credential().nodeId());
                        owners.put(node.id(), node);
                    }
                });
        Map<NodeRecordId, List<Attachment>> attachments =
                nodes.attachmentsOf(records.keySet()).stream()
                        .collect(Collectors.groupingBy(Attachment::node));
        Map<NodeId, List<String>> overlay = topology.overlayAddresses(records.values());
        var entries = new ArrayList<ZoneContent.Entry>();
        for (MeshName name : all) {
            MeshName.About about = name.about();
            Node node = owners.get(about.node());
            NodeId id = records.get(about.node());
            if (node == null || id == null || !node.about().owner().equals(about.owner())) continue;
            MeshService service = about.service();
            Stream<String> own =
                    Behind.addresses(name, attachments.getOrDefault(node.id(), List.of())).stream();
            Stream<String> beside =
                    service != null && !service.hosts().isEmpty()
                            ? Stream.of()
                            : overlay.getOrDefault(id, List.of()).stream()
                                    .map(ZoneKeeper::canonical);
            entries.add(
                    new ZoneContent.Entry(
                            about.label().ascii(),
                            about.label().display(),
                            service,
                            Stream.concat(own, beside).distinct().toList()));
        }
        return entries;
    }

    private static String canonical(String address) {
        String prefix = Prefix.parse(address).toString();
        return prefix.substring(0, prefix.indexOf('/'));
    }

    private static List<ZoneRecord> without(
            SortedSet<ZoneRecord> these, SortedSet<ZoneRecord> those) {
        return these.stream().filter(record -> !those.contains(record)).toList();
    }

    private static List<Zones.Change> changes(
            long serial, List<ZoneRecord> removed, List<ZoneRecord> added) {
        return Stream.concat(
                        removed.stream().map(record -> new Zones.Change(serial, false, record)),
                        added.stream().map(record -> new Zones.Change(serial, true, record)))
                .toList();
    }

    private static byte[] signed(byte[] head) {
        byte[] signed = new byte[PURPOSE.length + head.length];
        System.arraycopy(PURPOSE, 0, signed, 0, PURPOSE.length);
        System.arraycopy(head, 0, signed, PURPOSE.length, head.length);
        return signed;
    }
}
