package org.coopmesh.membership.release;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.coopmesh.membership.node.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;

/** What nodes are offered, and how they fare with it. Holds no key: nodes check the signature themselves. */
@Service
@EnableConfigurationProperties(ReleaseSettings.class)
public class Releases {
    private static final Logger log = LoggerFactory.getLogger(Releases.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final int MANIFEST_BYTES_MAX = 8 << 10;
    private static final int SIGNATURE_BYTES = 64;
    private static final int SHARE_CHARACTERS_MAX = 8;
    private static final int PIECE_BYTES_MAX = 128 << 10;
    private static final int HASH_BYTES = 32;
    private static final int THOUSAND = 1_000;

    private final ReleaseSettings settings;
    private final Map<NodeId, Told> told = new ConcurrentHashMap<>();
    private Optional<Offer> offer = Optional.empty();
    private String trouble = "";
    private long lookAgainNanos = System.nanoTime();

    Releases(ReleaseSettings settings) {
        this.settings = settings;
    }

    /**
     * A release as its signers made it.
     *
     * @param sharePermille how many of a thousand nodes may take it now
     */
    public record Offer(ByteString manifest, ByteString signature, int sharePermille) {}

    private record Told(String version, String step, String trouble) {}

    /** What is offered now; what stands in the folder counts within five seconds. */
    public synchronized Optional<Offer> offer() {
        if (settings.dir().isEmpty()) {
            return Optional.empty();
        }
        if (System.nanoTime() - lookAgainNanos >= 0) {
            lookAgainNanos = System.nanoTime() + LOOK_EVERY.toNanos();
            look(Path.of(settings.dir()));
        }
        return offer;
    }

    private void look(Path dir) {
        String why = "";
        try {
            offer =
                    Files.exists(dir.resolve("manifest"))
                            ? Optional.of(read(dir))
                            : Optional.empty();
        } catch (IOException | IllegalArgumentException unusable) {
            offer = Optional.empty();
            why = String.valueOf(unusable.getMessage());
        }
        if (!why.isEmpty() && !why.equals(trouble)) {
            log.atWarn().addKeyValue("why", why).log("release not offered");
        }
        trouble = why;
    }

    private static Offer read(Path dir) throws IOException {
        ByteString manifest = small(dir.resolve("manifest"), MANIFEST_BYTES_MAX);
        ByteString signature = small(dir.resolve("signature"), SIGNATURE_BYTES);
        if (signature.size() != SIGNATURE_BYTES) {
            throw new IllegalArgumentException("signature has not 64 bytes");
        }
        Path share = dir.resolve("share");
        String permille =
                Files.exists(share)
                        ? small(share, SHARE_CHARACTERS_MAX).toStringUtf8().strip()
                        : "0";
        if (!permille.matches("[0-9]{1,4}") || Integer.parseInt(permille) > THOUSAND) {
            throw new IllegalArgumentException("share is a number from 0 to 1000");
        }
        return new Offer(manifest, signature, Integer.parseInt(permille));
    }

    private static ByteString small(Path file, int most) throws IOException {
        if (Files.size(file) > most) {
            throw new IllegalArgumentException(file.getFileName() + " is longer than " + most);
        }
        return ByteString.copyFrom(Files.readAllBytes(file));
    }

    /**
     * What stands in a file of a release from {@code offset} on, at most 128 KiB.
     *
     * @return empty where there is no such file, or nothing at that offset
     * @throws IllegalArgumentException if {@code sha256} is no SHA-256
     */
    Optional<ByteString> piece(ByteString sha256, long offset) throws IOException {
        if (sha256.size() != HASH_BYTES) {
            throw new IllegalArgumentException("sha256 has 32 bytes");
        }
        if (settings.dir().isEmpty()) {
            return Optional.empty();
        }
        Path file = Path.of(settings.dir()).resolve(HexFormat.of().formatHex(sha256.toByteArray()));
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (var channel = FileChannel.open(file)) {
            if (offset < 0 || offset >= channel.size()) {
                return Optional.empty();
            }
            var bytes =
                    ByteBuffer.allocate((int) Math.min(PIECE_BYTES_MAX, channel.size() - offset));
            while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {
                // Until it is full, or the file was cut meanwhile.
            }
            return Optional.of(ByteString.copyFrom(bytes.flip()));
        }
    }

    /** A node says how it fares; said once in the log for each change. */
    public void told(NodeId node, String version, String step, String why) {
        var now = new Told(version, step, why);
        if (now.equals(told.put(node, now))) {
            return;
        }
        log.atInfo()
                .addKeyValue("nodeId", node)
                .addKeyValue("version", version)
                .addKeyValue("step", step)
                .addKeyValue("why", why)
                .log("release on a node");
    }
}
