package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.coopmesh.contracts.membership.v1.Link;

/** batman-adv in the kernel, as {@code batctl} prints it. Neighbours are MAC addresses of their interfaces. */
final class BatmanAdv implements LinkSource {
    static final String NAME = "batman-adv";
    private static final int MESHES_MAX = 8;
    private static final long SILENT_MILLIS = 10_000;
    private static final long QUALITY_MAX = 255;

    private List<String> meshes = List.of();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean find(Deadline deadline) throws IOException {
        meshes = List.of();
        if (!Command.isThere("batctl")) return false;
        List<String> names = new ArrayList<>();
        try (Command ip =
                Command.run(deadline, List.of("ip", "-j", "link", "show", "type", "batadv"))) {
            // `ip` prints nothing at all where the kernel does not know the type.
            if (ip.answer().available() == 0 && isEmpty(ip)) return false;
            Row.each(
                    ip.answer(),
                    List.of(),
                    row -> {
                        String name = row.text("ifname");
                        if (!name.isEmpty() && names.size() < MESHES_MAX) {
                            names.add(MeshAddress.interfaceName(name));
                        }
                    });
        } catch (SourceFailed failed) {
            if (failed.trouble() == SourceFailed.Trouble.LATE) throw failed;
            // The kernel does not know the type.
            return false;
        }
        meshes = List.copyOf(names);
        return !meshes.isEmpty();
    }

    private static boolean isEmpty(Command ip) throws IOException {
        ip.answer().mark(1);
        boolean empty = ip.answer().read() < 0;
        ip.answer().reset();
        return empty;
    }

    @Override
    public Reading read(Deadline deadline) throws IOException {
        var found = new Found(NAME);
        for (String mesh : meshes) {
            try (Command neighbours = batctl(deadline, mesh, "neighbors_json");
                    Command originators = batctl(deadline, mesh, "originators_json")) {
                read(neighbours, originators, found);
            }
        }
        return found.reading();
    }

    private static Command batctl(Deadline deadline, String mesh, String table) throws IOException {
        return Command.run(deadline, List.of("batctl", "meshif", mesh, table));
    }

    private static void read(Command neighbours, Command originators, Found found)
            throws IOException {
        read(neighbours.answer(), originators.answer(), found);
        neighbours.ends();
        originators.ends();
    }

    /** Reads what {@code batctl} printed. */
    static void read(InputStream neighbours, InputStream originators, Found found)
            throws IOException {
        Map<String, Link.Builder> links = new HashMap<>();
        Row.each(
                neighbours,
                List.of(),
                row -> {
                    String device = MeshAddress.interfaceName(row.text("hard_ifname"));
                    String address = MeshAddress.of(row.text("neigh_address"));
                    Link.Builder link = found.link(device, address).setUsed(false);
                    link.setUp(row.whole("last_seen_msecs") <= SILENT_MILLIS);
                    links.put(device + " " + address, link);
                });
        Row.each(
                originators,
                List.of(),
                row -> {
                    String address = row.text("neigh_address");
                    Link.Builder link = links.get(row.text("hard_ifname") + " " + address);
                    if (link == null) return;
                    if (row.truth("best").orElse(false)) link.setUsed(true);
                    // The neighbour as an originator of its own tells how good the link itself is.
                    if (row.text("orig_address").equals(address)) quality(row, link);
                });
    }

    private static void quality(Row row, Link.Builder link) throws SourceFailed {
        long kbit = row.whole("throughput");
        if (kbit > 0) {
            link.setCostText(String.format(Locale.ROOT, "%.1f Mbit/s", kbit / 1_000.0));
            return;
        }
        long quality = row.whole("tq");
        if (quality > QUALITY_MAX) throw SourceFailed.malformed("tq is above 255");
        link.setCostText("TQ " + quality + "/" + QUALITY_MAX);
        if (quality > 0) link.setTxCost((int) (QUALITY_MAX * 1_000 / quality));
        else link.setUp(false);
    }
}
