package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.contracts.membership.v1.Link;
import org.jspecify.annotations.Nullable;

/**
 * Yggdrasil's admin socket: JSON, one question per connection. 0.4 lists the peers that are there; 0.5 also those that are
 * not, and what a peering costs. A neighbour is known by its overlay address, which is made of its key.
 */
final class Yggdrasil implements LinkSource {
    static final String NAME = "yggdrasil";
    private static final Pattern ZONE = Pattern.compile("%(?:25)?([^\\]/%]{1,15})\\]");
    private static final Pattern ADDRESS = Pattern.compile("2[0-9a-f]{2}:[0-9a-f:]{2,40}");
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<SocketAddress> places;
    private @Nullable SocketAddress place;

    Yggdrasil(List<SocketAddress> places) {
        this.places = places;
    }

    static Yggdrasil usual() {
        return new Yggdrasil(
                List.of(
                        Exchange.socket("/run/yggdrasil/yggdrasil.sock"),
                        Exchange.socket("/run/yggdrasil.sock"),
                        Exchange.loopback("127.0.0.1", 9_001),
                        Exchange.loopback("::1", 9_001)));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean find(Deadline deadline) throws IOException {
        place =
                Exchange.find(
                                places,
                                deadline,
                                (at, share) -> {
                                    try (Exchange yggdrasil = ask(at, "getself", share)) {
                                        self(yggdrasil.answer(), new Found(NAME));
                                        return true;
                                    }
                                })
                        .orElse(null);
        return place != null;
    }

    @Override
    public Reading read(Deadline deadline) throws IOException {
        if (place == null) throw new IllegalStateException("not found yet");
        var found = new Found(NAME);
        try (Exchange yggdrasil = ask(place, "getself", deadline)) {
            self(yggdrasil.answer(), found);
        }
        Map<String, Link.Builder> peers;
        try (Exchange yggdrasil = ask(place, "getpeers", deadline)) {
            peers = peers(yggdrasil.answer(), found);
        }
        try (Exchange yggdrasil = ask(place, "getpaths", deadline)) {
            used(yggdrasil.answer(), "paths", "path", peers);
        }
        try (Exchange yggdrasil = ask(place, "getsessions", deadline)) {
            used(yggdrasil.answer(), "sessions", "key", peers);
        }
        return found.reading();
    }

    private static Exchange ask(SocketAddress at, String question, Deadline deadline)
            throws IOException {
        Exchange yggdrasil = Exchange.open(at, deadline);
        try {
            yggdrasil.say("{\"request\":\"" + question + "\"}\n");
            return yggdrasil;
        } catch (IOException failed) {
            yggdrasil.close();
            throw failed;
        }
    }

    /** Reads the answer to {@code getself}. */
    static void self(InputStream answer, Found found) throws IOException {
        Row.each(
                answer, List.of("response"), row -> found.ownAddress(address(row.text("address"))));
    }

    /** Reads the answer to {@code getpeers}: links by the port and by the key of their other end. */
    static Map<String, Link.Builder> peers(InputStream answer, Found found) throws IOException {
        Map<String, Link.Builder> peers = new HashMap<>();
        Row.each(
                answer,
                List.of("response", "peers"),
                row -> {
                    // A peer that was never reached is nobody yet.
                    if (row.text("address").isEmpty()) return;
                    String address = address(row.text("address"));
                    Matcher zone = ZONE.matcher(row.text("remote"));
                    String device = zone.find() ? MeshAddress.interfaceName(zone.group(1)) : "";
                    Link.Builder link = found.link(device, address).setUsed(false);
                    link.setUp(row.truth("up").orElse(true));
                    link.setTxCost((int) row.whole("cost"));
                    double latency = row.decimal("latency");
                    if (latency > 0) {
                        link.setCostText(
                                String.format(Locale.ROOT, "%.2f ms", latency / NANOS_PER_MILLI));
                    }
                    peers.put(row.text("port"), link);
                    peers.put(row.text("key"), link);
                });
        return peers;
    }

    /** Reads which peers traffic goes to: the first port of a path, or the other end of a session. */
    static void used(InputStream answer, String list, String key, Map<String, Link.Builder> peers)
            throws IOException {
        Row.each(
                answer,
                List.of("response", list),
                row -> {
                    Link.Builder peer = peers.get(row.text(key));
                    if (peer != null) peer.setUsed(true);
                });
    }

    private static String address(String told) throws SourceFailed {
        if (!ADDRESS.matcher(told).matches()) {
            throw SourceFailed.malformed("is not an address of the overlay");
        }
        return MeshAddress.of(told);
    }
}
