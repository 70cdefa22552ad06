package org.coopmesh.membership.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * Stops who tries codes: after so many that nobody was given, an address waits, IPv6 by /64. A code has 128 bits, so this spares
 * the log and the database rather than the code. Each replica counts for itself.
 */
@Component
class GuessLimit {
    static final int WRONG_MAX = 20;
    static final Duration WINDOW = Duration.ofMinutes(10);
    private static final int ADDRESSES_MAX = 10_000;
    private static final int NETWORK_BYTES = 8;

    private final Clock clock;
    private final Map<String, Wrong> wrong =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Wrong> eldest) {
                    return size() > ADDRESSES_MAX;
                }
            };

    private record Wrong(Instant since, int times) {}

    GuessLimit(Clock clock) {
        this.clock = clock;
    }

    /** Whether who calls from there has to wait. */
    synchronized boolean tooMany(String from) {
        Wrong before = wrong.get(from);
        return before != null
                && before.times() >= WRONG_MAX
                && clock.instant().isBefore(before.since().plus(WINDOW));
    }

    /** A code came from there that nobody was given. */
    synchronized void wrong(String from) {
        Instant now = clock.instant();
        Wrong before = wrong.get(from);
        wrong.put(
                from,
                before == null || !now.isBefore(before.since().plus(WINDOW))
                        ? new Wrong(now, 1)
                        : new Wrong(before.since(), before.times() + 1));
    }

    /** Whom an address is counted under. */
    static String network(SocketAddress address) {
        if (address instanceof InetSocketAddress socket) {
            InetAddress host = socket.getAddress();
            if (host != null) {
                byte[] bytes = host.getAddress();
                return HexFormat.of()
                        .formatHex(
                                bytes.length > NETWORK_BYTES
                                        ? Arrays.copyOf(bytes, NETWORK_BYTES)
                                        : bytes);
            }
        }
        return address.toString();
    }
}
