package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.coopmesh.contracts.membership.v1.Link;
import org.jspecify.annotations.Nullable;

/** OLSRd's jsoninfo plug-in, over HTTP. */
final class Olsrd implements LinkSource {
    static final String NAME = "olsrd";
    private static final int HEADERS_MAX = 64;
    private static final double NO_WAY = 4_096;

    private final List<SocketAddress> places;
    private @Nullable SocketAddress place;

    Olsrd(List<SocketAddress> places) {
        this.places = places;
    }

    static Olsrd usual() {
        return new Olsrd(
                List.of(Exchange.loopback("127.0.0.1", 9_090), Exchange.loopback("::1", 9_090)));
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
                                    links(at, share, new Found(NAME));
                                    return true;
                                })
                        .orElse(null);
        return place != null;
    }

    @Override
    public Reading read(Deadline deadline) throws IOException {
        if (place == null) throw new IllegalStateException("not found yet");
        var found = new Found(NAME);
        links(place, deadline, found);
        try (Exchange olsrd = get(place, "/routes", deadline)) {
            found.used(routes(olsrd.answer()));
        }
        return found.reading();
    }

    private static void links(SocketAddress at, Deadline deadline, Found found) throws IOException {
        try (Exchange olsrd = get(at, "/links", deadline)) {
            links(olsrd.answer(), found);
        }
    }

    private static Exchange get(SocketAddress at, String path, Deadline deadline)
            throws IOException {
        Exchange olsrd = Exchange.open(at, deadline);
        try {
            olsrd.say("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
            headers(olsrd.answer());
            return olsrd;
        } catch (IOException failed) {
            olsrd.close();
            throw failed;
        }
    }

    /** Reads up to where the body begins. */
    static void headers(InputStream answer) throws IOException {
        String status = Exchange.line(answer);
        if (status == null || !status.matches("HTTP/1\\.[01] 200( .*)?")) {
            throw SourceFailed.malformed("is not the answer of jsoninfo");
        }
        for (int i = 0; i < HEADERS_MAX; i++) {
            String header = Exchange.line(answer);
            if (header == null) break;
            if (header.isEmpty()) return;
        }
        throw SourceFailed.malformed("has no end of its headers");
    }

    /** Reads the answer to {@code /links}. */
    static void links(InputStream body, Found found) throws IOException {
        Row.each(
                body,
                List.of("links"),
                row -> {
                    String device =
                            row.text("ifName").isEmpty()
                                    ? row.text("olsrInterface")
                                    : row.text("ifName");
                    Link.Builder link =
                            found.link(
                                    MeshAddress.interfaceName(device),
                                    MeshAddress.of(row.text("remoteIP")));
                    double heard = row.decimal("linkQuality");
                    double hears = row.decimal("neighborLinkQuality");
                    double cost = row.decimal("linkCost");
                    boolean known = cost > 0 && cost < NO_WAY;
                    link.setRxCost(transmissions(heard)).setTxCost(transmissions(hears));
                    link.setUp(known && row.text("currentLinkStatus").equals("SYMMETRIC"));
                    if (known) link.setCostText(String.format(Locale.ROOT, "ETX %.2f", cost));
                });
    }

    /** Thousandths of the transmissions that one packet takes in one direction. */
    private static int transmissions(double quality) {
        if (quality <= 0 || quality > 1) return 0;
        return (int) Math.min(Integer.MAX_VALUE, Math.round(1_000 / quality));
    }

    /** Reads the answer to {@code /routes}: over which hops traffic goes. */
    static Set<String> routes(InputStream body) throws IOException {
        var used = new Hops();
        Row.each(
                body,
                List.of("routes"),
                row ->
                        used.add(
                                MeshAddress.interfaceName(row.text("networkInterface")),
                                MeshAddress.of(row.text("gateway"))));
        return used.all();
    }
}
