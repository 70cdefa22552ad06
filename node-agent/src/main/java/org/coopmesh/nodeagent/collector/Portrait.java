package org.coopmesh.nodeagent.collector;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;

/** This node as a map sees it: what respondd tells, in its shape. Neither place nor owner, and a contact only if one is set. */
final class Portrait {
    private static final int NEIGHBOURS_MAX = 64;
    private static final int ID_LENGTH = 12;

    /** Links as the daemon tells them, or as its routes in the kernel do. */
    private static final Set<String> BABEL = Set.of("babel", "babeld", "kernel");

    private static final Pattern MEMORY =
            Pattern.compile("^(\\w+):\\s+(\\d{1,15}) kB", Pattern.MULTILINE);

    private final String nodeId;
    private final String agentVersion;
    private final String contact;
    private final Supplier<ReportTopologyRequest> latest;
    private final Path root;

    /**
     * Draws the node.
     *
     * @param contact empty where none is to be told
     * @param latest what the node last saw of itself
     * @param root where {@code proc} and {@code sys} are
     */
    Portrait(
            String nodeId,
            String agentVersion,
            String contact,
            Supplier<ReportTopologyRequest> latest,
            Path root) {
        this.nodeId = nodeId;
        this.agentVersion = agentVersion;
        this.contact = contact;
        this.latest = latest;
        this.root = root;
    }

    /** A node id as respondd has room for it: the first twelve digits. */
    static String routerId(String nodeId) {
        return nodeId.substring(0, Math.min(ID_LENGTH, nodeId.length()));
    }

    /** The datagram that answers. */
    byte[] answer(Request request, Collection<MeshPort> ports) {
        if (!request.combined()) {
            return bytes(told(request.kinds().iterator().next(), ports));
        }
        var all = new JsonObject();
        request.kinds().forEach(kind -> all.add(kind.word(), told(kind, ports)));
        return Deflated.pack(bytes(all));
    }

    private static byte[] bytes(JsonObject object) {
        return object.toString().getBytes(StandardCharsets.UTF_8);
    }

    private JsonObject told(Request.Kind kind, Collection<MeshPort> ports) {
        var told = new JsonObject();
        told.addProperty("node_id", routerId(nodeId));
        // By this another node's collector knows, of each part, that we report by ourselves.
        var coopmesh = new JsonObject();
        coopmesh.addProperty("node_id", nodeId);
        told.add("coopmesh", coopmesh);
        switch (kind) {
            case NODEINFO -> nodeinfo(told, ports);
            case STATISTICS -> statistics(told, ports);
            case NEIGHBOURS -> neighbours(told, ports);
        }
        return told;
    }

    private void nodeinfo(JsonObject told, Collection<MeshPort> ports) {
        String hostname = text("proc/sys/kernel/hostname");
        told.addProperty("hostname", hostname.isEmpty() ? routerId(nodeId) : hostname);

        var hardware = new JsonObject();
        String board = text("proc/device-tree/model");
        hardware.addProperty(
                "model", board.isEmpty() ? text("sys/class/dmi/id/product_name") : board);
        hardware.addProperty("nproc", Runtime.getRuntime().availableProcessors());
        told.add("hardware", hardware);

        if (!contact.isEmpty()) {
            var owner = new JsonObject();
            owner.addProperty("contact", contact);
            told.add("owner", owner);
        }

        var network = new JsonObject();
        var addresses = new JsonArray();
        var macs = new JsonArray();
        for (MeshPort port : ports) {
            port.locals().forEach(local -> addresses.add(plain(local.address().getHostAddress())));
            addresses.add(plain(port.linkLocal().getHostAddress()));
            if (!port.mac().isEmpty()) macs.add(port.mac());
        }
        if (!macs.isEmpty()) network.add("mac", macs.get(0));
        network.add("addresses", addresses);
        network.add("mesh", in("babel", in("interfaces", in("other", macs))));
        told.add("network", network);

        var firmware = new JsonObject();
        firmware.addProperty("base", "coopmesh");
        firmware.addProperty("release", agentVersion);
        var software = new JsonObject();
        software.add("firmware", firmware);
        told.add("software", software);
    }

    private void statistics(JsonObject told, Collection<MeshPort> ports) {
        var clients = new JsonObject();
        clients.addProperty("total", Integer.toUnsignedLong(latest.get().getClients()));
        told.add("clients", clients);

        String[] uptime = (text("proc/uptime") + " ").split(" ", -1);
        told.addProperty("uptime", number(uptime[0]));
        told.addProperty("idletime", number(uptime[1]));
        String[] load = text("proc/loadavg").split(" ", -1);
        told.addProperty("loadavg", number(load[0]));
        try {
            FileStore store = Files.getFileStore(root);
            double used = store.getTotalSpace() - store.getUsableSpace();
            told.addProperty(
                    "rootfs_usage", Math.round(10_000 * used / store.getTotalSpace()) / 1e4);
        } catch (IOException unknown) {
            // A map does without.
        }

        var memory = new JsonObject();
        Matcher line = MEMORY.matcher(text("proc/meminfo"));
        while (line.find()) {
            long kibibytes = Long.parseLong(line.group(2));
            switch (line.group(1)) {
                case "MemTotal" -> memory.addProperty("total", kibibytes);
                case "MemFree" -> memory.addProperty("free", kibibytes);
                case "MemAvailable" -> memory.addProperty("available", kibibytes);
                case "Buffers" -> memory.addProperty("buffers", kibibytes);
                case "Cached" -> memory.addProperty("cached", kibibytes);
                default -> {} // Maps show no more.
            }
        }
        told.add("memory", memory);

        var processes = new JsonObject();
        String[] counts = (load.length > 3 ? load[3] : "").split("/", -1);
        processes.addProperty("running", (long) number(counts[0]));
        processes.addProperty("total", (long) number(counts.length > 1 ? counts[1] : ""));
        told.add("processes", processes);

        var traffic = new JsonObject();
        for (String direction : List.of("rx", "tx")) {
            var figures = new JsonObject();
            for (String unit : List.of("bytes", "packets", "dropped")) {
                long sum = 0;
                for (MeshPort port : ports) {
                    String file = "statistics/" + direction + "_" + unit;
                    sum += (long) number(text("sys/class/net/" + port.name() + "/" + file));
                }
                figures.addProperty(unit, sum);
            }
            traffic.add(direction, figures);
        }
        told.add("traffic", traffic);
    }

    /** Links that babel uses, by the interfaces that respondd is spoken on. */
    private void neighbours(JsonObject told, Collection<MeshPort> ports) {
        var babel = new JsonObject();
        int left = NEIGHBOURS_MAX;
        for (MeshPort port : ports) {
            var heard = new JsonObject();
            for (Link link : latest.get().getLinksList()) {
                String address = plain(link.getNeighbourAddress()).toLowerCase(Locale.ROOT);
                if (left == 0
                        || !BABEL.contains(link.getSource())
                        || !link.getInterface().equals(port.name())
                        || !address.startsWith("fe80:")) {
                    continue;
                }
                left--;
                var costs = new JsonObject();
                costs.addProperty("rxcost", Integer.toUnsignedLong(link.getRxCost()));
                costs.addProperty("txcost", Integer.toUnsignedLong(link.getTxCost()));
                costs.addProperty("cost", Integer.toUnsignedLong(link.getTxCost()));
                heard.add(address, costs);
            }
            if (heard.isEmpty()) continue;
            var side = new JsonObject();
            side.addProperty("protocol", "babel");
            side.addProperty("ll-addr", plain(port.linkLocal().getHostAddress()));
            side.add("neighbours", heard);
            babel.add(port.name(), side);
        }
        told.add("batadv", new JsonObject());
        told.add("babel", babel);
        told.add("lldp", new JsonObject());
    }

    private static JsonObject in(String name, JsonElement value) {
        var outer = new JsonObject();
        outer.add(name, value);
        return outer;
    }

    /** Without its zone. */
    private static String plain(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    private static double number(String text) {
        try {
            double value = Double.parseDouble(text.strip());
            return Double.isFinite(value) ? value : 0;
        } catch (NumberFormatException absent) {
            return 0;
        }
    }

    private String text(String file) {
        try {
            return Files.readString(root.resolve(file)).replace("\0", "").strip();
        } catch (IOException absent) {
            return "";
        }
    }
}
