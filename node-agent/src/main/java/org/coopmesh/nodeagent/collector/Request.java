package org.coopmesh.nodeagent.collector;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A question of respondd.
 *
 * @param combined whether it is the newer form ({@code GET nodeinfo statistics}), whose answer is one deflated object; the old
 *     form is one word, answered in plain JSON
 */
record Request(Set<Kind> kinds, boolean combined) {
    static final int BYTES_MAX = 256;
    private static final String GET = "GET ";

    /** What can be asked. */
    enum Kind {
        NODEINFO,
        STATISTICS,
        NEIGHBOURS;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private static Optional<Kind> of(String word) {
            for (Kind kind : values()) {
                if (kind.word().equals(word)) return Optional.of(kind);
            }
            return Optional.empty();
        }
    }

    /** Reads a datagram; empty if it asks nothing that is known here. */
    static Optional<Request> read(byte[] datagram) {
        if (datagram.length > BYTES_MAX) return Optional.empty();
        String text = new String(datagram, StandardCharsets.ISO_8859_1).strip();
        if (!text.startsWith(GET)) {
            return Kind.of(text).map(kind -> new Request(Set.of(kind), false));
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String word : text.substring(GET.length()).split(" ", -1)) {
            Kind.of(word).ifPresent(kinds::add);
        }
        return kinds.isEmpty() ? Optional.empty() : Optional.of(new Request(kinds, true));
    }
}
