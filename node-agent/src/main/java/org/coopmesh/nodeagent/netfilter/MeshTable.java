package org.coopmesh.nodeagent.netfilter;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
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
    private static final String PORTAL = "portal";
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
    private final List<Structured> candidates;
    private Structured made;
    private OptionalLong shape = OptionalLong.empty();
    private final Nfnetlink netlink = new Nfnetlink(Nfnetlink.Family.NETFILTER);

    /**
     * Rules beside those of {@code mesh.nft}, that a kernel may not be able to take.
     *
     * @param text for {@code nft}, more of the table {@code inet $table}
     */
    public record Part(String name, String text) {}

    /** What {@code nft} is told, and the name of the empty chain that tells one such text from others. */
    private record Structured(List<Part> parts, String text, String marker) {

        static Structured of(String table, List<Part> parts) {
            var text = new StringBuilder(MeshTable.text("mesh.nft"));
            parts.forEach(part -> text.append(part.text()));
            String marker = MARKER + checksum(text.toString());
            return new Structured(
                    parts,
                    text.toString().replace("$table", table).replace("$marker", marker),
                    marker);
        }
    }

    private MeshTable(String name, List<Part> parts) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a table name: " + name);
        }
        this.name = name;
        this.candidates =
                IntStream.rangeClosed(0, parts.size())
                        .mapToObj(less -> parts.subList(0, parts.size() - less))
                        .map(kept -> Structured.of(name, List.copyOf(kept)))
                        .toList();
        this.made = candidates.getFirst();
    }

    /** The table of this name in the namespace of the calling thread; it need not exist. */
    public static MeshTable open(String name) {
        return open(name, List.of());
    }

    /** As {@link #open(String)}, with more rules: as many of {@code parts}, from the first on, as the kernel takes. */
    public static MeshTable open(String name, List<Part> parts) {
        return new MeshTable(name, List.copyOf(parts));
    }

    /** Leads plain HTTP of the walled to this port of the node. */
    public static Part portal(int port) {
        return new Part(PORTAL, text("portal.nft").replace("$port", Integer.toString(port)));
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

    /**
     * Makes the table's structure what it has to be, in one transaction. Rules that this object did not make are made anew at
     * the first call: only then is it known that they are the right ones.
     */
    public synchronized Structure ensure() throws NetfilterFailure {
        if (intact()) {
            return Structure.INTACT;
        }
        shape = OptionalLong.empty();
        Structure done = makeWhatItTakes();
        shape = OptionalLong.of(shape());
        return done;
    }

    /** A kernel without address translation is no reason to enforce nothing. */
    private Structure makeWhatItTakes() throws NetfilterFailure {
        int at = candidates.indexOf(made);
        while (true) {
            try {
                return make(made);
            } catch (NetfilterFailure refused) {
                at++;
                if (at == candidates.size()) {
                    throw refused;
                }
                made = candidates.get(at);
            }
        }
    }

    private Structure make(Structured structure) throws NetfilterFailure {
        Optional<Found> found = find();
        if (found.isPresent() && !found.get().dormant()) {
            var repair = new StringBuilder("flush table inet " + name + "\n");
            markers().stream()
                    .filter(other -> !other.equals(structure.marker()))
                    .forEach(other ->
                            repair.append("delete chain inet " + name + " " + other + "\n"));
            try {
                nft(repair + structure.text());
                return Structure.REPAIRED;
            } catch (NetfilterFailure otherStructure) {
                // Sets of another shape cannot be changed in place.
            }
        }
        nft((found.isPresent() ? "delete table inet " + name + "\n" : "") + structure.text());
        return Structure.MADE;
    }

    /** Whether {@link #ensure} would find nothing to do: every chain and rule is the one that it made. */
    public synchronized boolean intact() throws NetfilterFailure {
        Optional<Found> found = find();
        return found.isPresent()
                && !found.get().dormant()
                && shape.isPresent()
                && shape.getAsLong() == shape();
    }

    /** Whether the kernel took the rules that lead to the portal. */
    public boolean leadsToPortal() {
        return has(PORTAL);
    }

    /** Whether the kernel took the part of this name. */
    public synchronized boolean has(String part) {
        return shape.isPresent()
                && made.parts().stream().anyMatch(taken -> taken.name().equals(part));
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

    /**
     * One live element of a set or map; a range has two, at its first address and at the one after it.
     *
     * @param object the counter or limit that it leads to; empty for none
     */
    @SuppressWarnings("ArrayRecordComponent") // On its way into a digest.
    public record Element(byte[] key, String object) {}

    /** Hands over each live element. */
    public synchronized void elements(String set, Consumer<Element> each) throws NetfilterFailure {
        for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
            List<Element> keys = new ArrayList<>();
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

    private static void keys(Attributes message, List<Element> keys) {
        while (message.next()) {
            if (message.type() != 3) {
                continue;
            }
            Attributes list = message.nest();
            while (list.next()) {
                Attributes element = list.nest();
                byte[] key = new byte[0];
                String object = "";
                while (element.next()) {
                    if (element.type() == 1) {
                        Attributes value = element.nest();
                        key = value.next() ? value.bytes() : key;
                    } else if (element.type() == 9) {
                        object = element.string();
                    }
                }
                keys.add(new Element(key, object));
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

    private List<String> markers() throws NetfilterFailure {
        for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
            List<String> markers = new ArrayList<>();
            boolean consistent =
                    ask(
                            GET_CHAIN,
                            Nfnetlink.DUMP,
                            request -> {},
                            (type, attributes) -> {
                                Chain chain = Chain.of(attributes);
                                if (chain.table().equals(name) && chain.name().startsWith(MARKER)) {
                                    markers.add(chain.name());
                                }
                            });
            if (consistent) {
                return markers;
            }
        }
        throw new NetfilterFailure("chains keep changing while they are read", 0);
    }

    /** A number that differs when any chain's hook or policy, or any rule, its content or its place, differs. */
    private long shape() throws NetfilterFailure {
        for (int tries = 0; tries < READ_TRIES_MAX; tries++) {
            long[] sum = new long[1];
            boolean consistent =
                    ask(
                            GET_CHAIN,
                            Nfnetlink.DUMP,
                            request -> {},
                            (type, attributes) -> {
                                Chain chain = Chain.of(attributes);
                                if (chain.table().equals(name)) {
                                    sum[0] += mixed(chain.checksum());
                                }
                            });
            consistent &=
                    ask(
                            GET_RULE,
                            Nfnetlink.DUMP,
                            request -> request.string(1, name),
                            (type, attributes) -> {
                                // Handle, place, expressions: a rule put in again is another one.
                                var crc = new CRC32C();
                                crc.update(attributes.whole());
                                if (attributes.next() && attributes.string().equals(name)) {
                                    sum[0] += mixed(crc.getValue());
                                }
                            });
            if (consistent) {
                return sum[0];
            }
        }
        throw new NetfilterFailure("chains keep changing while they are read", 0);
    }

    private static long mixed(long checksum) {
        return (checksum + 1) * 0x9e3779b97f4a7c15L;
    }

    /** A chain's name, and a checksum over what makes it what it is; how many use it is not. */
    private record Chain(String table, String name, long checksum) {

        static Chain of(Attributes attributes) {
            String table = "";
            String name = "";
            var crc = new CRC32C();
            while (attributes.next()) {
                switch (attributes.type()) {
                    case 1 -> table = attributes.string();
                    case 3 -> name = attributes.string();
                    case 4, 5, 7 -> crc.update(attributes.bytes()); // hook, policy, type
                    default -> {}
                }
            }
            crc.update(name.getBytes(StandardCharsets.UTF_8));
            return new Chain(table, name, crc.getValue());
        }
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

    private static String text(String resource) {
        try (InputStream in = MeshTable.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
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

    @Override
    public synchronized void close() {
        netlink.close();
    }
}
