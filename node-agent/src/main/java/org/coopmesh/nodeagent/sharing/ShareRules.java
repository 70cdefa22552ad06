package org.coopmesh.nodeagent.sharing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.coopmesh.nodeagent.netfilter.MeshTable;

/** Tells own traffic from relayed, as rules of the agent's own table. */
public final class ShareRules {
    /** The part of the table. */
    public static final String PART = "share";

    private static final String TEXT = "share.nft";

    /** What came down the shared line waits in queues of its own, wherever it goes. */
    private static final String DOWN =
            """
                    iifname "$line" ip daddr @own4 meta priority set c0de:30
                    iifname "$line" ip6 daddr @own6 meta priority set c0de:30
                    iifname "$line" meta priority c0de:20 meta priority set c0de:40
            """;

    private ShareRules() {}

    /** Rules for these lines. */
    public static MeshTable.Part part(Sharing sharing) {
        String down = sharing.down().map(line -> DOWN.replace("$line", line.name())).orElse("");
        return new MeshTable.Part(PART, text().replace("$down\n", down));
    }

    private static String text() {
        try (InputStream in = ShareRules.class.getResourceAsStream(TEXT)) {
            if (in == null) throw new IllegalStateException(TEXT + " is not on the class path");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
