package org.coopmesh.nodeagent.witness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What this node saw last, on disk: as before or as written, whatever the moment of a power cut. */
final class SeenFile {
    private static final long BYTES_MAX = 64 << 10;
    private static final String KEY = "key ";
    private static final String ROOT = "root ";

    private final Path file;

    SeenFile(Path file) {
        this.file = file;
    }

    /** The checkpoint, the tree that it is the head of, and the keys that count. */
    record Seen(SignedCheckpoint checkpoint, GrowingTree tree, List<String> keys) {}

    /**
     * What stands there; empty where there is no file.
     *
     * @throws IllegalArgumentException if it is not what was written
     */
    Optional<Seen> load() throws IOException {
        if (!Files.exists(file)) return Optional.empty();
        if (Files.size(file) > BYTES_MAX) throw new IllegalArgumentException("too large");
        String text = Files.readString(file);
        List<String> keys = new ArrayList<>();
        List<byte[]> roots = new ArrayList<>();
        int at = 0;
        for (String line : text.split("\n", -1)) {
            if (line.startsWith(KEY)) keys.add(line.substring(KEY.length()));
            else if (line.startsWith(ROOT)) {
                roots.add(HexFormat.of().parseHex(line.substring(ROOT.length())));
            } else break;
            at += line.length() + 1;
        }
        SignedCheckpoint checkpoint = SignedCheckpoint.parse(text.substring(at));
        var tree = new GrowingTree(checkpoint.size(), roots);
        if (!Arrays.equals(tree.root(), checkpoint.root()) || checkpoint.signers(keys).isEmpty()) {
            throw new IllegalArgumentException("not a checkpoint that was seen");
        }
        return Optional.of(new Seen(checkpoint, tree, keys));
    }

    void write(Seen seen) throws IOException {
        var text = new StringBuilder();
        for (String key : seen.keys()) text.append(KEY).append(key).append('\n');
        for (byte[] root : seen.tree().roots()) {
            text.append(ROOT).append(HexFormat.of().formatHex(root)).append('\n');
        }
        text.append(seen.checkpoint().note());
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) Files.createDirectories(directory);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
