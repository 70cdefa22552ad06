package org.coopmesh.nodeagent.portblock;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * By which parameters outside addresses were shared, since when: a small file of one line each, newest last. It grows only when
 * the configuration changes.
 */
public final class Epochs {
    private static final int EPOCHS_MAX = 1_000;
    private static final long BYTES_MAX = 1 << 20;

    private final Path file;

    /**
     * From {@code since} until the next.
     *
     * @param blocks empty where ports said nothing
     */
    public record Epoch(Instant since, Optional<PortBlocks> blocks) {}

    public Epochs(Path file) {
        this.file = file;
    }

    /** All, oldest first; a line that makes no sense is left out, for a torn one cannot be told otherwise. */
    public List<Epoch> all() throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) return List.of();
        List<Epoch> epochs = new ArrayList<>();
        for (String line :
                new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
            try {
                if (!line.isBlank()) epochs.add(epoch(line));
            } catch (IllegalArgumentException | DateTimeException nonsense) {
                // Left out.
            }
        }
        return epochs;
    }

    /** What counted at a moment; empty before all. */
    public Optional<Epoch> at(Instant moment) throws IOException {
        return all().stream()
                .filter(epoch -> !epoch.since().isAfter(moment))
                .reduce((before, later) -> later);
    }

    /** From {@code now} on these count; a repetition changes nothing. The clock may have gone back: time in the file does not. */
    public void begin(Instant now, Optional<PortBlocks> blocks) throws IOException {
        List<Epoch> all = new ArrayList<>(all());
        if (all.isEmpty() ? blocks.isEmpty() : all.getLast().blocks().equals(blocks)) return;
        Instant at = now.truncatedTo(ChronoUnit.MILLIS);
        Instant since =
                all.isEmpty() || at.isAfter(all.getLast().since())
                        ? at
                        : all.getLast().since().plusMillis(1);
        all.add(new Epoch(since, blocks));
        write(all.subList(Math.max(0, all.size() - EPOCHS_MAX), all.size()));
    }

    private void write(List<Epoch> epochs) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Epoch epoch : epochs) text.append(line(epoch)).append('\n');
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String line(Epoch epoch) {
        return epoch.since()
                + " "
                + epoch.blocks()
                        .map(blocks ->
                                String.join(
                                        " ",
                                        blocks.inside().toString(),
                                        Integer.toString(blocks.slotLength()),
                                        String.join(
                                                ",",
                                                blocks.outside().stream()
                                                        .map(Ipv4::toString)
                                                        .toList()),
                                        Integer.toString(blocks.firstPort()),
                                        Integer.toString(blocks.lastPort()),
                                        Integer.toString(blocks.blockPorts())))
                        .orElse("off");
    }

    private static Epoch epoch(String line) {
        String[] words = line.split(" ", -1);
        Instant since = Instant.parse(words[0]);
        if (words.length == 2 && words[1].equals("off")) return new Epoch(since, Optional.empty());
        if (words.length != 7) throw new IllegalArgumentException("seven words: " + line);
        return new Epoch(
                since,
                Optional.of(
                        new PortBlocks(
                                Ipv4.Range.parse(words[1]),
                                Integer.parseInt(words[2]),
                                Arrays.stream(words[3].split(",")).map(Ipv4::parse).toList(),
                                Integer.parseInt(words[4]),
                                Integer.parseInt(words[5]),
                                Integer.parseInt(words[6]))));
    }
}
