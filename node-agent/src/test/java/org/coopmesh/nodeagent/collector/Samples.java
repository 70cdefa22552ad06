package org.coopmesh.nodeagent.collector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** What a small router answers. */
final class Samples {
    static final String ID = "02aabbcc0002";
    static final String NODEINFO = file("nodeinfo");
    static final String STATISTICS = file("statistics");
    static final String NEIGHBOURS = file("neighbours");
    static final String ALL =
            "{\"nodeinfo\":"
                    + NODEINFO
                    + ",\"statistics\":"
                    + STATISTICS
                    + ",\"neighbours\":"
                    + NEIGHBOURS
                    + "}";

    private Samples() {}

    static byte[] deflated(String json) {
        return Deflated.pack(plain(json));
    }

    static byte[] plain(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    /** A router with little to say. */
    static byte[] router(String id, String hostname) {
        return deflated(
                """
                {"nodeinfo":{"node_id":"%s","hostname":"%s"},"statistics":{"node_id":"%s","uptime":60}}
                """
                        .formatted(id, hostname, id));
    }

    static Source source(int last) {
        try {
            return new Source(
                    "mesh0",
                    (Inet6Address) InetAddress.getByName("fe80::" + Integer.toHexString(last)));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String file(String name) {
        try (var in = Samples.class.getResourceAsStream("/respondd/" + name + ".json")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .strip();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
