package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.contracts.membership.v1.Link;
import org.jspecify.annotations.Nullable;

/**
 * babeld's local interface: lines of text over a socket. The read-only one will do: nothing is ever said but {@code dump}.
 *
 * <pre>
 * add neighbour 55ab address fe80::2 if mesh0 reach ffff ureach 0000 rxcost 96 txcost 96 cost 96
 * </pre>
 */
final class Babeld implements LinkSource {
    static final String NAME = "babeld";
    private static final String GREETING = "BABEL 1.";
    private static final long NO_WAY = 0xffff;
    private static final int GREETING_LINES_MAX = 16;

    private final List<SocketAddress> places;
    private @Nullable SocketAddress place;

    Babeld(List<SocketAddress> places) {
        this.places = places;
    }

    /** Where distributions and manuals put it. */
    static Babeld usual() {
        return new Babeld(
                List.of(
                        Exchange.socket("/run/babeld/ro.sock"),
                        Exchange.socket("/run/babeld.sock"),
                        Exchange.socket("/run/babeld/babeld.sock"),
                        Exchange.loopback("::1", 33_123)));
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
                                    try (Exchange babeld = Exchange.open(at, share)) {
                                        String first = Exchange.line(babeld.answer());
                                        return first != null && first.startsWith(GREETING);
                                    }
                                })
                        .orElse(null);
        return place != null;
    }

    @Override
    public Reading read(Deadline deadline) throws IOException {
        if (place == null) throw new IllegalStateException("not found yet");
        try (Exchange babeld = Exchange.open(place, deadline)) {
            greeted(babeld.answer());
            babeld.say("dump\n");
            return dump(babeld.answer());
        }
    }

    private static void greeted(InputStream answer) throws IOException {
        for (int i = 0; i < GREETING_LINES_MAX; i++) {
            String line = Exchange.line(answer);
            if (line == null || (i == 0 && !line.startsWith(GREETING))) break;
            if (line.equals("ok")) return;
        }
        throw SourceFailed.malformed("does not greet as babeld does");
    }

    /** Reads the answer to {@code dump}. */
    static Reading dump(InputStream answer) throws IOException {
        var found = new Found(NAME);
        var used = new Hops();
        while (true) {
            String line = Exchange.line(answer);
            if (line == null) throw SourceFailed.malformed("ends before its ok");
            if (line.equals("ok")) break;
            if (line.startsWith("bad") || line.startsWith("no")) {
                throw SourceFailed.malformed("does not dump");
            }
            // <verb> <kind> <id>, then keys and values; the id is good for one connection only
            String[] words = line.split(" ");
            if (words.length < 3 || !words[0].equals("add")) continue;
            switch (words[1]) {
                case "interface" -> {
                    if (values(words).getOrDefault("up", "").equals("true")) {
                        found.onInterface(MeshAddress.interfaceName(words[2]));
                    }
                }
                case "neighbour" -> neighbour(values(words), found);
                case "route" -> {
                    Map<String, String> route = values(words);
                    if (route.getOrDefault("installed", "").equals("yes")) {
                        used.add(text(route, "if"), MeshAddress.of(text(route, "via")));
                    }
                }
                default -> {
                    // A kind that a newer babeld has.
                }
            }
        }
        found.used(used.all());
        return found.reading();
    }

    private static void neighbour(Map<String, String> told, Found found) throws SourceFailed {
        Link.Builder link =
                found.link(
                        MeshAddress.interfaceName(text(told, "if")),
                        MeshAddress.of(text(told, "address")));
        var row = new Row(told);
        long rx = row.whole("rxcost");
        long tx = row.whole("txcost");
        link.setRxCost((int) rx).setTxCost((int) tx);
        long worst = told.containsKey("cost") ? row.whole("cost") : Math.max(rx, tx);
        link.setUp(worst < NO_WAY);
    }

    private static Map<String, String> values(String[] words) throws SourceFailed {
        Map<String, String> values = new HashMap<>();
        for (int i = 3; i + 1 < words.length; i += 2) {
            if (values.put(words[i], words[i + 1]) != null) {
                throw SourceFailed.malformed(words[i] + " is there twice");
            }
        }
        return values;
    }

    private static String text(Map<String, String> values, String key) throws SourceFailed {
        String value = values.get(key);
        if (value == null) throw SourceFailed.malformed("has no " + key);
        return value;
    }
}
