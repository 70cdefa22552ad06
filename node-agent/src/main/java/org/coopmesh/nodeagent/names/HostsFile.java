package org.coopmesh.nodeagent.names;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.coopmesh.nodeagent.names.NamesRefused.Trouble;

/**
 * The names on disk, in the form that every resolver reads; the signature stands in comments above them, so that the file proves
 * itself. It is either as before or as written, whatever the moment of a power cut.
 */
final class HostsFile {
    private static final long BYTES_MAX = 8L << 20;
    private static final String HEAD = "# head ";
    private static final String SIGNATURE = "# signature ";
    private static final String KEY = "# key ";
    private static final String ABOUT =
            "# Names of %s, serial %d, kept by coopmesh-agent. Changes to this file are lost.";

    private final Path file;

    HostsFile(Path file) {
        this.file = file;
    }

    boolean exists() {
        return Files.exists(file);
    }

    /**
     * What stands there.
     *
     * @return empty where there is no file
     * @throws NamesRefused if it is not what the co-op signed
     */
    Optional<NameList> load(String suffix, Map<String, byte[]> keys)
            throws IOException, NamesRefused {
        if (!exists()) return Optional.empty();
        if (Files.size(file) > BYTES_MAX) {
            throw new NamesRefused(Trouble.NAMES_MALFORMED, "file is too large");
        }
        byte[] head = new byte[0];
        byte[] signature = new byte[0];
        String keyId = "";
        SortedSet<String> lines = new TreeSet<>();
        List<String> all;
        try {
            all = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException noText) {
            throw new NamesRefused(Trouble.NAMES_MALFORMED, "file is no text");
        }
        try {
            for (String line : all) {
                if (line.startsWith(HEAD)) head = base64(line, HEAD);
                else if (line.startsWith(SIGNATURE)) signature = base64(line, SIGNATURE);
                else if (line.startsWith(KEY)) keyId = line.substring(KEY.length());
                else if (!line.startsWith("#")) lines.add(line);
            }
        } catch (IllegalArgumentException malformed) {
            throw new NamesRefused(Trouble.NAMES_MALFORMED, "comments are damaged");
        }
        return Optional.of(NameList.of(head, signature, keyId, lines, suffix, keys));
    }

    private static byte[] base64(String line, String before) {
        return Base64.getDecoder().decode(line.substring(before.length()));
    }

    void write(NameList list) throws IOException {
        var text = new StringBuilder(lineOf(list));
        for (String line : list.lines()) text.append(line).append('\n');
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) Files.createDirectories(directory);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        // A resolver that is not root reads it too
        Files.createFile(
                fresh,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static String lineOf(NameList list) {
        Base64.Encoder base64 = Base64.getEncoder();
        return ABOUT.formatted(list.head().getZone(), list.head().getSerial())
                + "\n"
                + KEY
                + list.keyId()
                + "\n"
                + HEAD
                + base64.encodeToString(list.bytes())
                + "\n"
                + SIGNATURE
                + base64.encodeToString(list.signature())
                + "\n";
    }

    /** Takes a file that nobody signed out of the resolver's sight; it stays beside, to be looked at. */
    void setAside() throws IOException {
        Files.move(
                file,
                file.resolveSibling(file.getFileName() + ".damaged"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
