package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.nodeagent.topology.SourceFailed.Trouble;
import org.jspecify.annotations.Nullable;

/** cjdns's admin port: bencoding over UDP. Asked without a password; a neighbour is known by its public key. */
final class Cjdns implements LinkSource {
    static final String NAME = "cjdns";
    private static final int DATAGRAM_BYTES_MAX = 64 << 10;
    private static final int PAGES_MAX = 16;
    private static final Pattern ADDRESS =
            Pattern.compile("v[0-9]{1,4}(?:\\.[0-9a-f]{4}){4}\\.([0-9a-z]{52}\\.k)");

    private final List<InetSocketAddress> places;
    private @Nullable SocketAddress place;

    Cjdns(List<InetSocketAddress> places) {
        this.places = places;
    }

    static Cjdns usual() {
        return new Cjdns(List.of(Exchange.loopback("127.0.0.1", 11_234)));
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
                                (at, share) -> "pong".equals(ask(at, "ping", 0, share).get("q")))
                        .orElse(null);
        return place != null;
    }

    @Override
    public Reading read(Deadline deadline) throws IOException {
        if (place == null) throw new IllegalStateException("not found yet");
        var found = new Found(NAME);
        self(ask(place, "Core_nodeInfo", 0, deadline), found);
        for (int page = 0; page < PAGES_MAX; page++) {
            if (!peers(ask(place, "InterfaceController_peerStats", page, deadline), found)) break;
        }
        return found.reading();
    }

    /** Reads the answer to {@code Core_nodeInfo}. */
    static void self(Map<String, Object> answer, Found found) throws SourceFailed {
        refused(answer);
        if (!(answer.get("myAddr") instanceof String address)) {
            throw SourceFailed.malformed("does not tell its own address");
        }
        found.ownAddress(key(address));
    }

    /** Reads one page of {@code InterfaceController_peerStats}; true if there are more. */
    static boolean peers(Map<String, Object> answer, Found found) throws SourceFailed {
        refused(answer);
        if (!(answer.get("peers") instanceof List<?> peers)) {
            throw SourceFailed.malformed("does not tell its peers");
        }
        for (Object row : peers) {
            if (!(row instanceof Map<?, ?> peer) || !(peer.get("addr") instanceof String address)) {
                throw SourceFailed.malformed("has a peer without an address");
            }
            found.link("", key(address)).setUp("ESTABLISHED".equals(peer.get("state")));
        }
        return answer.containsKey("more");
    }

    private static void refused(Map<String, Object> answer) throws SourceFailed {
        Object error = answer.getOrDefault("error", "none");
        if (error.equals("none")) return;
        throw new SourceFailed(
                error.equals("Auth failed.") ? Trouble.DENIED : Trouble.FAILED,
                "says that something is wrong");
    }

    private static String key(String address) throws SourceFailed {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) throw SourceFailed.malformed("is not an address of cjdns");
        return parts.group(1);
    }

    private static Map<String, Object> ask(
            SocketAddress at, String question, int page, Deadline deadline) throws IOException {
        // What was asked before may be answered late.
        String number = Integer.toHexString(ThreadLocalRandom.current().nextInt(1 << 24, 1 << 28));
        String arguments = page == 0 ? "" : "4:argsd4:pagei" + page + "ee";
        String words =
                "d" + arguments + text("q") + text(question) + text("txid") + text(number) + "e";
        ByteBuffer answer = ByteBuffer.allocate(DATAGRAM_BYTES_MAX);
        try (DatagramChannel channel = DatagramChannel.open();
                Selector selector = Selector.open()) {
            // Connected: nobody else's datagrams come in.
            channel.connect(at);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            channel.write(ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII)));
            while (true) {
                Optional<Map<String, Object>> taken = take(channel, answer, number);
                if (taken.isPresent()) return taken.get();
                selector.select(deadline.millisLeft());
                selector.selectedKeys().clear();
            }
        } catch (PortUnreachableException nobody) {
            throw new SourceFailed(Trouble.GONE, "nobody listens");
        }
    }

    private static Optional<Map<String, Object>> take(
            DatagramChannel channel, ByteBuffer answer, String number) throws IOException {
        answer.clear();
        if (channel.read(answer) <= 0) return Optional.empty();
        Map<String, Object> dictionary =
                Bencode.dictionary(Arrays.copyOf(answer.array(), answer.position()));
        return number.equals(dictionary.get("txid")) ? Optional.of(dictionary) : Optional.empty();
    }

    private static String text(String words) {
        return words.length() + ":" + words;
    }
}
