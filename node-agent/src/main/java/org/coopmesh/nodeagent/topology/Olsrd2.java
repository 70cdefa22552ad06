package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.coopmesh.contracts.membership.v1.Link;
import org.jspecify.annotations.Nullable;

/** olsrd2 (OLSRv2 of RFC 7181): commands over its telnet port, answered in JSON. */
final class Olsrd2 implements LinkSource {
    static final String NAME = "olsrd2";
    private static final String LINKS = "nhdpinfo json link\n";
    private static final String ROUTES = "olsrv2info json route\n";
    private static final int PROMPT_LENGTH_MAX = 16;
    private static final long METRIC_MAX = 16_776_960;

    private final List<SocketAddress> places;
    private @Nullable SocketAddress place;

    Olsrd2(List<SocketAddress> places) {
        this.places = places;
    }

    static Olsrd2 usual() {
        return new Olsrd2(
                List.of(Exchange.loopback("127.0.0.1", 2_009), Exchange.loopback("::1", 2_009)));
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
                                    try (Exchange olsrd2 = Exchange.open(at, share)) {
                                        olsrd2.say(LINKS);
                                        links(olsrd2.answer(), new Found(NAME));
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
        try (Exchange olsrd2 = Exchange.open(place, deadline)) {
            olsrd2.say(LINKS);
            Map<String, Link.Builder> links = links(olsrd2.answer(), found);
            olsrd2.say(ROUTES);
            for (String hop : routes(olsrd2.answer())) {
                Link.Builder used = links.get(hop);
                if (used != null) used.setUsed(true);
            }
        }
        return found.reading();
    }

    /** Reads the answer to the first command: links by each of the addresses that their other ends have. */
    static Map<String, Link.Builder> links(InputStream answer, Found found) throws IOException {
        Map<String, Link.Builder> links = new HashMap<>();
        Row.each(
                afterPrompt(answer),
                List.of("link"),
                row -> {
                    String device = MeshAddress.interfaceName(row.text("if"));
                    String address = MeshAddress.of(row.text("link_bindto"));
                    // IPv4 and IPv6 are one link and two rows, each of which names the other.
                    String twin = row.text("link_dualstack");
                    Link.Builder same =
                            twin.isEmpty() ? null : links.get(device + " " + MeshAddress.of(twin));
                    if (same != null) {
                        links.put(device + " " + address, same);
                        return;
                    }
                    Link.Builder link = found.link(device, address).setUsed(false);
                    links.put(device + " " + address, link);
                    long in = row.whole("domain_metric_in_raw");
                    long out = row.whole("domain_metric_out_raw");
                    link.setRxCost((int) in).setTxCost((int) out);
                    link.setUp(row.text("link_status").equals("symmetric") && out <= METRIC_MAX);
                    String text = row.text("domain_metric_out");
                    if (text.matches("[0-9.]{1,12}[kMGT]?bit/s")) link.setCostText(text);
                });
        return links;
    }

    /** Reads the answer to the second command: over which hops traffic goes. */
    static Set<String> routes(InputStream answer) throws IOException {
        var used = new Hops();
        Row.each(
                afterPrompt(answer),
                List.of("route"),
                row -> {
                    // What is reached directly has no gateway of its own.
                    String gateway = row.text("route_gw");
                    if (gateway.isEmpty() || gateway.equals("-")) return;
                    used.add(
                            MeshAddress.interfaceName(row.text("route_if")),
                            MeshAddress.of(gateway));
                });
        return used.all();
    }

    private static InputStream afterPrompt(InputStream answer) throws IOException {
        var rest = new PushbackInputStream(answer);
        for (int i = 0; i < PROMPT_LENGTH_MAX; i++) {
            int next = rest.read();
            if (next == '{') {
                rest.unread(next);
                return rest;
            }
            if (next < 0 || "> \r\n".indexOf(next) < 0) break;
        }
        throw SourceFailed.malformed("is not the answer of olsrd2");
    }
}
