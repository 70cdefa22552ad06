package org.coopmesh.nodeagent.netfilter;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The co-op's table in the packet filter of this network namespace; no other table is read or written. Its chains, sets and
 * maps are made once from {@code mesh.nft}; after that only elements and named objects change, so that counters are never reset
 * by a new access list. Safe for several threads.
 */
public final class MeshTable implements AutoCloseable {

    /** First part of the counter names of attachments that belong to this node. */
    public static final String OWN = "own";

    private static final String CARRIED = "carried";
    private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]{0,30}");
    private static final String MARKER = "structure.";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final List<Path> BRIDGE_CALLS =
            List.of(
                    Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables"),
                    Path.of("/proc/sys/net/bridge/bridge-nf-call-ip6tables"));
    private static final int GET_TABLE = Batch.SUBSYSTEM << 8 | 1;
    private static final int GET_CHAIN = Batch.SUBSYSTEM << 8 | 4;
    private static final int GET_RULE = Batch.SUBSYSTEM << 8 | 7;
    private static final int GET_ELEMENT = Batch.SUBSYSTEM << 8 | 13;
    private static final int GET_GENERATION = Batch.SUBSYSTEM << 8 | 16;
    private static final int GET_OBJECT = Batch.SUBSYSTEM << 8 | 19;
    private static final int DORMANT = 1;
    private static final int READ_TRIES_MAX = 20;
    private static final int ERROR_CHARACTERS_MAX = 400;

    private final String name;
    private final String structure;
    private final String marker;
    private final Map<String, Integer> rulesPerChain;
    private final Nfnetlink netlink = new Nfnetlink();

    private MeshTable(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a table name: " + name);
        }
        this.name = name;
        String text = text();
        this.rulesPerChain = rulesPerChain(text);
        this.marker = MARKER + checksum(text);
        this.structure = text.replace("$table", name).replace("$marker", marker);
    }

    /** The table of this name in the namespace of the calling thread; it need not exist. */
    public static MeshTable open(String name) {
        return new MeshTable(name);
    }

    public String name() {
        return name;
    }

    /** The name of one counter of an attachment; {@code way} as {@code internet_down}. */
    public static String counterName(String attachmentId, boolean own, String way) {
        return (own ? OWN : CARRIED) + "." + attachmentId + "." + way;
    }

    /** What {@link #ensure} found and did. */
    public enum Structure {
        /** As it should be. */
        INTACT,
        /** Rules were made anew; elements and counters are as they were. */
        REPAIRED,
        /** There was none, or none that could be repaired: everything in it is new and counts from zero. */
        MADE
    }

    /** Makes the table's structure what it has to be, in one transaction. */
    public synchronized Structure ensure() throws NetfilterFailure {
        Optional<Found> found = find();
        if (found.isPresent() && !found.get().dormant()) {
            Chains chains = chains();
            if (chains.markers().equals(List.of(marker)) && chains.rules().equals(rulesPerChain)) {
                return Structure.INTACT;
            }
            var repair = new StringBuilder("flush table inet " + name + "\n");
            chains.markers().stream()
                    .filter(other -> !other.equals(marker))
                    .forEach(other ->
                            repair.append("delete chain inet " + name + " " + other + "\n"));
            try {
                nft(repair + structure);
                return Structure.REPAIRED;
            } catch (NetfilterFailure otherStructure) {
                // Sets of another shape cannot be changed in place.
            }
        }
        nft((found.isPresent() ? "delete table inet " + name + "\n" : "") + structure);
        return Structure.MADE;
    }

    /** Whether {@link #ensure} would find nothing to do. */
    public synchronized boolean intact() throws NetfilterFailure {
        Optional<Found> found = find();
        if (found.isEmpty() || found.get().dormant()) {
            return false;
        }
        Chains chains = chains();
        return chains.markers().equals(List.of(marker)) && chains.rules().equals(rulesPerChain);
    }

    /**
     * Whether the kernel shows bridged frames to the rules for routed packets, as a Docker host makes it do: then clients of
     * one LAN are counted and stopped among themselves. The sysctls {@code net.bridge.bridge-nf-call-*} should be 0.
     */
    public static boolean bridgedFramesFiltered() {
        return BRIDGE_CALLS.stream()
                .anyMatch(setting -> {
                    try {
                        return Files.readString(setting).strip().equals("1");
                    } catch (IOException noBridge) {
                        return false;
                    }
                });
    }

    /** Counts the transactions of everybody in this namespace: unchanged means that nobody changed any table. */
    public synchronized int generation() throws NetfilterFailure {
        int[] generation = new int[1];
        ask(
                GET_GENERATION,
                0,
                request -> {},
                (type, attributes) -> {
                    while (attributes.next()) {
                        if (attributes.type() == 1) {
                            generation[0] = attributes.be32();
                        }
                    }
                });
        return generation[0];
    }

    /** A new batch of changes to this table. */
    public synchronized Batch batch() {
        return new Batch(name, netlink);
    }

    /**
     * Applies all of the batch, or nothing of it, and ends it.
     *
     * @throws NetfilterFailure with the kernel's reason; then nothing has changed
     */
    public synchronized void commit(Batch batch) throws NetfilterFailure {
        try (batch) {
            if (!batch.empty()) {
                Messages messages = batch.finish();
                netlink.exchange(
                        messages,
                        batch.firstSequence(),
                        batch.lastSequence(),
                        true,
                        (type, answer) -> {});
            }
        }
    }

    /** A counter's figures; {@code handle} is never given twice in one table, {@code uses} counts the elements that lead to it. */
    public record NamedCounter(String name, long handle, long bytes, long packets, int uses) {}

    /** All named counters, and which making of the table they belong to. */
    public record Counts(String epoch, List<NamedCounter> counters) {}

    /** Reads every named counter. Without a table there are none, and the epoch says so. */
    public synchronized Counts counts() throws NetfilterFailure {
        for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
            long before = find().map(Found::handle).orElse(0L);
            List<NamedCounter> counters = new ArrayList<>();
            boolean consistent = objects(Batch.OBJECT_COUNTER, counters::add);
            if (consistent && before == find().map(Found::handle).orElse(0L)) {
                return new Counts(epoch(before), counters);
            }
        }
        throw new NetfilterFailure("table " + name + " keeps changing while it is read", 0);
    }

    /** Removes a counter that no element leads to. */
    public synchronized void removeCounter(String counter) throws NetfilterFailure {
        Batch batch = batch();
        batch.removeCounter(counter);
        commit(batch);
    }

    /** Names of the limits that no element leads to. */
    public synchronized List<String> unusedLimits() throws NetfilterFailure {
        List<String> unused = new ArrayList<>();
        objects(
                Batch.OBJECT_LIMIT,
                limit -> {
                    if (limit.uses() == 0) {
                        unused.add(limit.name());
                    }
                });
        return unused;
    }

    /** Hands over each live key of a set or map; of a range both its first address and the one after it. */
    public synchronized void elements(String set, Consumer<byte[]> each) throws NetfilterFailure {
        for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
            List<byte[]> keys = new ArrayList<>();
            boolean consistent =
                    ask(
                            GET_ELEMENT,
                            Nfnetlink.DUMP,
                            request -> {
                                request.string(1, name);
                                request.string(2, set);
                            },
                            (type, attributes) -> keys(attributes, keys));
            if (consistent) {
                keys.forEach(each);
                return;
            }
        }
        throw new NetfilterFailure("set " + set + " keeps changing while it is read", 0);
    }

    private static void keys(Attributes message, List<byte[]> keys) {
        while (message.next()) {
            if (message.type() != 3) {
                continue;
            }
            Attributes list = message.nest();
            while (list.next()) {
                Attributes element = list.nest();
                while (element.next()) {
                    if (element.type() == 1) {
                        Attributes value = element.nest();
                        if (value.next()) {
                            keys.add(value.bytes());
                        }
                    }
                }
            }
        }
    }

    private boolean objects(int kind, Consumer<NamedCounter> each) throws NetfilterFailure {
        return ask(
                GET_OBJECT,
                Nfnetlink.DUMP,
                request -> {
                    request.string(1, name);
                    request.be32(3, kind);
                },
                (type, attributes) -> object(attributes, each));
    }

    private static void object(Attributes attributes, Consumer<NamedCounter> each) {
        String object = "";
        long handle = 0;
        long bytes = 0;
        long packets = 0;
        int uses = 0;
        while (attributes.next()) {
            switch (attributes.type()) {
                case 2 -> object = attributes.string();
                case 4 -> {
                    Attributes data = attributes.nest();
                    while (data.next()) {
                        switch (data.type()) {
                            case 1 -> bytes = data.be64();
                            case 2 -> packets = data.be64();
                            default -> {}
                        }
                    }
                }
                case 5 -> uses = attributes.be32();
                case 6 -> handle = attributes.be64();
                default -> {}
            }
        }
        each.accept(new NamedCounter(object, handle, bytes, packets, uses));
    }

    private record Found(long handle, boolean dormant) {}

    private Optional<Found> find() throws NetfilterFailure {
        long[] handle = new long[1];
        int[] flags = new int[1];
        try {
            ask(
                    GET_TABLE,
                    0,
                    request -> request.string(1, name),
                    (type, attributes) -> {
                        while (attributes.next()) {
                            switch (attributes.type()) {
                                case 2 -> flags[0] = attributes.be32();
                                case 4 -> handle[0] = attributes.be64();
                                default -> {}
                            }
                        }
                    });
        } catch (NetfilterFailure failure) {
            if (failure.missing()) {
                return Optional.empty();
            }
            throw failure;
        }
        return Optional.of(new Found(handle[0], (flags[0] & DORMANT) != 0));
    }

    private record Chains(List<String> markers, Map<String, Integer> rules) {}

    private Chains chains() throws NetfilterFailure {
        for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
            List<String> markers = new ArrayList<>();
            Map<String, Integer> rules = new HashMap<>();
            boolean consistent =
                    ask(
                            GET_CHAIN,
                            Nfnetlink.DUMP,
                            request -> {},
                            (type, attributes) -> {
                                Named chain = named(attributes, 1, 3);
                                if (chain.table().equals(name) && chain.name().startsWith(MARKER)) {
                                    markers.add(chain.name());
                                }
                            });
            consistent &=
                    ask(
                            GET_RULE,
                            Nfnetlink.DUMP,
                            request -> request.string(1, name),
                            (type, attributes) -> {
                                Named rule = named(attributes, 1, 2);
                                if (rule.table().equals(name)) {
                                    rules.merge(rule.name(), 1, Integer::sum);
                                }
                            });
            if (consistent) {
                return new Chains(markers, rules);
            }
        }
        throw new NetfilterFailure("chains keep changing while they are read", 0);
    }

    private record Named(String table, String name) {}

    private static Named named(Attributes attributes, int tableType, int nameType) {
        String table = "";
        String name = "";
        while (attributes.next()) {
            if (attributes.type() == tableType) {
                table = attributes.string();
            } else if (attributes.type() == nameType) {
                name = attributes.string();
            }
        }
        return new Named(table, name);
    }

    private boolean ask(int type, int flags, Consumer<Messages> arguments, Nfnetlink.Answer each)
            throws NetfilterFailure {
        try (var request = new Messages()) {
            int sequence = netlink.nextSequence();
            int start =
                    request.message(
                            type, Nfnetlink.REQUEST | flags, sequence, Batch.FAMILY_INET, 0);
            arguments.accept(request);
            request.end(start);
            return netlink.exchange(request, sequence, sequence, flags == Nfnetlink.DUMP, each);
        }
    }

    private String epoch(long handle) throws NetfilterFailure {
        try {
            return Files.readString(BOOT_ID).strip()
                    + "/"
                    + netlink.namespaceCookie()
                    + "/"
                    + handle;
        } catch (IOException unreadable) {
            throw new NetfilterFailure("no boot id", unreadable);
        }
    }

    private static void nft(String script) throws NetfilterFailure {
        try {
            Process nft = new ProcessBuilder("nft", "-f", "-").redirectErrorStream(true).start();
            try (OutputStream in = nft.getOutputStream()) {
                in.write(script.getBytes(StandardCharsets.UTF_8));
            }
            String said = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!nft.waitFor(30, TimeUnit.SECONDS)) {
                nft.destroyForcibly();
                throw new NetfilterFailure("nft does not end", 0);
            }
            if (nft.exitValue() != 0) {
                throw new NetfilterFailure(
                        "nft: "
                                + said.substring(0, Math.min(said.length(), ERROR_CHARACTERS_MAX))
                                        .strip(),
                        0);
            }
        } catch (IOException notThere) {
            throw new NetfilterFailure("nft cannot be started", notThere);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new NetfilterFailure("interrupted", stopped);
        }
    }

    private static String text() {
        try (InputStream in = MeshTable.class.getResourceAsStream("mesh.nft")) {
            if (in == null) {
                throw new IllegalStateException("mesh.nft is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String checksum(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    /** One rule stands on one line of {@code mesh.nft}; chains without rules do not count. */
    private static Map<String, Integer> rulesPerChain(String text) {
        Map<String, Integer> rules = new HashMap<>();
        String chain = "";
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.startsWith("chain ") && line.endsWith("{")) {
                chain = line.substring(6, line.length() - 1).strip();
            } else if (line.equals("}")) {
                chain = "";
            } else if (!chain.isEmpty()
                    && !line.isEmpty()
                    && !line.startsWith("#")
                    && !line.startsWith("type ")) {
                rules.merge(chain, 1, Integer::sum);
            }
        }
        return rules;
    }

    @Override
    public synchronized void close() {
        netlink.close();
    }
}
