package org.coopmesh.nodeagent.topology;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.coopmesh.contracts.membership.v1.Link;

/**
 * Neighbours as the kernel knows them: the source that is there whatever routing daemon runs.
 *
 * @param clients how many stations are heard on interfaces that are neither uplink nor links of the mesh
 * @param links next hops of routes that babeld put into the kernel
 */
record KernelNeighbours(int clients, List<Link> links) {
    static final String NAME = "kernel";
    private static final int LINKS_MAX = 256;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(3);
    private static final String BABEL = "babel";
    private static final Set<String> SILENT =
            Set.of("FAILED", "INCOMPLETE", "NOARP", "PERMANENT", "NONE");

    /**
     * Asks {@code ip}.
     *
     * @param withoutClients interfaces behind which there are none: uplink and links of the mesh
     * @param withRoutes false where babeld itself was asked, whose routes would say the same again
     * @throws IOException if it is not there or does not answer
     */
    static KernelNeighbours read(Set<String> withoutClients, boolean withRoutes)
            throws IOException {
        Deadline deadline = Deadline.in(ANSWER_MAX);
        return of(
                withRoutes ? ip(deadline, "-j", "-4", "route", "show", "table", "all") : "",
                withRoutes ? ip(deadline, "-j", "-6", "route", "show", "table", "all") : "",
                ip(deadline, "-j", "neigh", "show"),
                withoutClients);
    }

    /** Reads what {@code ip -j} printed. */
    static KernelNeighbours of(
            String routesV4, String routesV6, String neighbours, Set<String> withoutClients)
            throws IOException {
        Map<String, Link> links = new LinkedHashMap<>();
        Set<String> meshInterfaces = new HashSet<>(withoutClients);
        for (String routes : List.of(routesV4, routesV6)) {
            for (JsonObject route : objects(routes)) {
                String protocol = text(route, "protocol");
                if (!protocol.equals(BABEL) && !protocol.equals("42")) continue;
                List<JsonObject> hops = new ArrayList<>(List.of(route));
                if (route.get("nexthops") instanceof JsonArray several) {
                    for (JsonElement hop : several) hops.add(hop.getAsJsonObject());
                }
                for (JsonObject hop : hops) link(hop, links, meshInterfaces);
            }
        }
        Set<String> stations = new HashSet<>();
        for (JsonObject neighbour : objects(neighbours)) {
            String station = text(neighbour, "lladdr");
            String device = text(neighbour, "dev");
            if (station.isEmpty() || meshInterfaces.contains(device)) continue;
            if (neighbour.get("state") instanceof JsonArray states) {
                boolean silent = false;
                for (JsonElement state : states) silent |= SILENT.contains(state.getAsString());
                if (!silent) stations.add(device + " " + station);
            }
        }
        return new KernelNeighbours(stations.size(), List.copyOf(links.values()));
    }

    private static void link(JsonObject hop, Map<String, Link> links, Set<String> interfaces)
            throws SourceFailed {
        String address = text(hop, "gateway");
        if (address.isEmpty() && hop.get("via") instanceof JsonObject via)
            address = text(via, "host");
        String device = text(hop, "dev");
        if (address.isEmpty() || device.isEmpty()) return;
        interfaces.add(device);
        if (links.size() >= LINKS_MAX) return;
        links.put(
                device + " " + address,
                Link.newBuilder()
                        .setInterface(MeshAddress.interfaceName(device))
                        .setNeighbourAddress(MeshAddress.of(address))
                        .setSource(NAME)
                        .setUsed(true)
                        .build());
    }

    private static List<JsonObject> objects(String json) throws IOException {
        List<JsonObject> objects = new ArrayList<>();
        if (json.isBlank()) return objects;
        try {
            JsonParser.parseString(json)
                    .getAsJsonArray()
                    .forEach(element -> {
                        // `ip` prints an empty object for rows that a filter leaves out.
                        if (element instanceof JsonObject object) objects.add(object);
                    });
        } catch (JsonParseException | IllegalStateException malformed) {
            throw new IOException("ip printed something else than JSON", malformed);
        }
        return objects;
    }

    private static String text(JsonObject object, String key) {
        JsonElement value = object.get(key);
        return value == null || !value.isJsonPrimitive() ? "" : value.getAsString();
    }

    private static String ip(Deadline deadline, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try (Command ip = Command.run(deadline, command)) {
            return new String(ip.answer().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
