package org.coopmesh.membership.feed;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.coopmesh.membership.topology.Telemetry;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The forms in which the mesh is told, each as its readers want it. */
enum FeedKind {
    /** One NetworkGraph of draft-capoano-kaplan-netjson-00. */
    NETJSON("application/json") {
        @Override
        void write(Picture picture, JsonGenerator out) {
            Set<String> daemons = new TreeSet<>();
            for (Picture.Wire wire : picture.wires()) daemons.add(wire.daemon());
            out.writeStartObject();
            out.writeStringProperty("type", "NetworkGraph");
            out.writeStringProperty(
                    "protocol", daemons.size() == 1 ? daemons.iterator().next() : "static");
            out.writeNullProperty("version");
            out.writeStringProperty("metric", "cost");
            out.writeArrayPropertyStart("nodes");
            for (Picture.Box box : picture.boxes()) {
                out.writeStartObject();
                out.writeStringProperty("id", box.id());
                out.writeStringProperty("label", box.name());
                if (!box.addresses().isEmpty()) {
                    out.writeArrayPropertyStart("local_addresses");
                    box.addresses().forEach(out::writeString);
                    out.writeEndArray();
                }
                out.writeObjectPropertyStart("properties");
                out.writeBooleanProperty("gateway", box.isGateway());
                out.writeBooleanProperty("online", box.online());
                out.writeStringProperty("model", box.model());
                if (box.clients() != null) out.writeNumberProperty("clients", box.clients());
                out.writeEndObject();
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeArrayPropertyStart("links");
            for (Picture.Wire wire : picture.wires()) {
                out.writeStartObject();
                out.writeStringProperty("source", wire.source());
                out.writeStringProperty("target", wire.target());
                out.writeNumberProperty("cost", wire.cost());
                out.writeObjectPropertyStart("properties");
                out.writeStringProperty("told_by", wire.daemon());
                cost(out, "source_cost", wire.fromSource());
                cost(out, "target_cost", wire.fromTarget());
                out.writeEndObject();
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        }

        private static void cost(JsonGenerator out, String name, Picture.@Nullable End end) {
            if (end != null && end.cost() > 0) out.writeNumberProperty(name, end.cost());
        }
    },

    /** What Meshviewer loads: every figure that it adds up is there, as 0 where it is not told. */
    MESHVIEWER("application/json") {
        @Override
        void write(Picture picture, JsonGenerator out) {
            out.writeStartObject();
            out.writeStringProperty("timestamp", time(picture.at()));
            out.writeArrayPropertyStart("nodes");
            for (Picture.Box box : picture.boxes()) node(box, picture.at(), out);
            out.writeEndArray();
            out.writeArrayPropertyStart("links");
            for (Picture.Wire wire : picture.wires()) {
                out.writeStartObject();
                out.writeStringProperty("type", isOverlay(wire.daemon()) ? "vpn" : "other");
                out.writeStringProperty("source", wire.source());
                out.writeStringProperty("target", wire.target());
                out.writeNumberProperty("source_tq", quality(wire, wire.fromSource()));
                out.writeNumberProperty("target_tq", quality(wire, wire.fromTarget()));
                out.writeStringProperty("source_addr", address(wire.source()));
                out.writeStringProperty("target_addr", address(wire.target()));
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        }

        private void node(Picture.Box box, Instant now, JsonGenerator out) {
            long clients = box.clients() == null ? 0 : box.clients();
            Telemetry told = box.telemetry();
            out.writeStartObject();
            out.writeStringProperty("firstseen", time(box.firstSeen()));
            out.writeStringProperty("lastseen", time(box.lastSeen()));
            out.writeBooleanProperty("is_online", box.online());
            out.writeBooleanProperty("is_gateway", box.isGateway());
            out.writeNumberProperty("clients", clients);
            out.writeNumberProperty("clients_wifi24", 0);
            out.writeNumberProperty("clients_wifi5", 0);
            out.writeNumberProperty("clients_other", clients);
            out.writeNumberProperty("clients_owe", 0);
            out.writeNumberProperty("clients_owe24", 0);
            out.writeNumberProperty("clients_owe5", 0);
            if (told != null) {
                out.writeNumberProperty("loadavg", told.loadMilli() / 1_000.0);
                if (told.memoryTotalBytes() > 0) {
                    out.writeNumberProperty(
                            "memory_usage",
                            1 - (double) told.memoryAvailableBytes() / told.memoryTotalBytes());
                }
                out.writeStringProperty("uptime", time(now.minusSeconds(told.uptimeSeconds())));
            }
            out.writeStringProperty("gateway_nexthop", box.next());
            out.writeStringProperty("gateway", box.gateway());
            out.writeStringProperty("node_id", box.id());
            out.writeStringProperty("mac", address(box.id()));
            out.writeArrayPropertyStart("addresses");
            box.addresses().forEach(out::writeString);
            out.writeEndArray();
            out.writeStringProperty("domain", "");
            out.writeStringProperty("hostname", box.name());
            Picture.Point point = box.point();
            if (point != null) {
                out.writeObjectPropertyStart("location");
                out.writeNumberProperty("latitude", point.latitude());
                out.writeNumberProperty("longitude", point.longitude());
                out.writeEndObject();
            }
            out.writeObjectPropertyStart("firmware");
            out.writeStringProperty("base", "coopmesh-node-agent");
            out.writeStringProperty("release", told == null ? "" : told.agentVersion());
            out.writeEndObject();
            out.writeObjectPropertyStart("autoupdater");
            out.writeBooleanProperty("enabled", false);
            out.writeStringProperty("branch", "");
            out.writeEndObject();
            out.writeNumberProperty("nproc", 1);
            out.writeStringProperty("model", box.model());
            out.writeEndObject();
        }

        /** Six octets in the form that the reader wants; they are the id, and no radio's address. */
        private static String address(String id) {
            var address = new StringBuilder();
            for (int at = 0; at < id.length(); at += 2) {
                if (at > 0) address.append(':');
                address.append(id, at, at + 2);
            }
            return address.toString();
        }

        /** 1 for the best that a daemon knows. What an end does not tell is the other end's figure, and 1 where neither tells. */
        private static double quality(Picture.Wire wire, Picture.@Nullable End end) {
            double cost = end == null || end.cost() == 0 ? wire.cost() : end.cost();
            return Math.round(Math.min(1, costOfPerfect(wire.daemon()) / cost) * 1_000) / 1_000.0;
        }
    },

    /** A FeatureCollection of what has a position; what has none is not on a map. */
    GEOJSON("application/geo+json") {
        @Override
        void write(Picture picture, JsonGenerator out) {
            out.writeStartObject();
            out.writeStringProperty("type", "FeatureCollection");
            out.writeArrayPropertyStart("features");
            for (Picture.Box box : picture.boxes()) {
                Picture.Point point = box.point();
                if (point != null) feature(box, point, out);
            }
            out.writeEndArray();
            out.writeEndObject();
        }

        private static void feature(Picture.Box box, Picture.Point point, JsonGenerator out) {
            out.writeStartObject();
            out.writeStringProperty("type", "Feature");
            out.writeObjectPropertyStart("geometry");
            out.writeStringProperty("type", "Point");
            out.writeArrayPropertyStart("coordinates");
            out.writeNumber(point.longitude());
            out.writeNumber(point.latitude());
            out.writeEndArray();
            out.writeEndObject();
            out.writeObjectPropertyStart("properties");
            out.writeStringProperty("id", box.id());
            out.writeStringProperty("name", box.name());
            out.writeBooleanProperty("online", box.online());
            out.writeNumberProperty("clients", box.clients() == null ? 0 : box.clients());
            out.writeStringProperty("model", box.model());
            Telemetry told = box.telemetry();
            if (told != null) out.writeStringProperty("firmware", told.agentVersion());
            out.writeStringProperty("description", box.online() ? "Online\n" : "Offline\n");
            out.writeObjectPropertyStart("_umap_options");
            out.writeStringProperty("iconClass", "Circle");
            out.writeStringProperty("color", box.online() ? "Green" : "Red");
            out.writeEndObject();
            out.writeEndObject();
            out.writeEndObject();
        }
    },

    /** Target groups for Prometheus' HTTP service discovery: nodes that have an address; a port is the reader's to add. */
    PROMETHEUS("application/json") {
        @Override
        void write(Picture picture, JsonGenerator out) {
            out.writeStartArray();
            for (Picture.Box box : picture.boxes()) {
                if (box.addresses().isEmpty()) continue;
                String address = box.addresses().getFirst();
                out.writeStartObject();
                out.writeArrayPropertyStart("targets");
                out.writeString(address.contains(":") ? "[" + address + "]" : address);
                out.writeEndArray();
                out.writeObjectPropertyStart("labels");
                out.writeStringProperty("__meta_coopmesh_node_id", box.id());
                out.writeStringProperty("__meta_coopmesh_node_name", box.name());
                out.writeStringProperty(
                        "__meta_coopmesh_gateway", Boolean.toString(box.isGateway()));
                out.writeStringProperty("__meta_coopmesh_online", Boolean.toString(box.online()));
                out.writeEndObject();
                out.writeEndObject();
            }
            out.writeEndArray();
        }
    };

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxx", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final double BABEL_PERFECT = 256;
    private static final double ONE_TRANSMISSION = 1_000;

    private final String mediaType;

    FeedKind(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }

    /** Writes the whole document, as it goes. */
    abstract void write(Picture picture, JsonGenerator out);

    private static String time(Instant at) {
        return TIME.format(at);
    }

    private static boolean isOverlay(String daemon) {
        return daemon.equals("yggdrasil") || daemon.equals("cjdns");
    }

    /** What the best link costs: babel's cost of a radio link that loses nothing, or one transmission in thousandths. */
    private static double costOfPerfect(String daemon) {
        return daemon.equals("babeld") || daemon.equals("babel") ? BABEL_PERFECT : ONE_TRANSMISSION;
    }
}
