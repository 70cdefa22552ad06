package org.coopmesh.nodeagent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The status as a small file of {@code key: value} lines, for whoever may read it; no secret is in it. */
final class StatusFile {
    private static final String SOURCE = "source.";
    private static final String SHARED = "shared.";
    private static final long BYTES_MAX = 64 << 10;

    private StatusFile() {}

    /** Replaces the file in one step, without waiting for the disk: after a power cut nobody asks for it. */
    static void write(Path file, Status status) throws IOException {
        StringBuilder text = new StringBuilder();
        lines(status)
                .forEach((key, value) ->
                        text.append(key)
                                .append(": ")
                                .append(value.replaceAll("\\p{Cntrl}+", " ").strip())
                                .append('\n'));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text);
        if (fresh.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Empty where there is no such file, or it makes no sense. */
    static Optional<Status> read(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) return Optional.empty();
        Map<String, String> lines = new LinkedHashMap<>();
        for (String line :
                new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) lines.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        try {
            return Optional.of(status(lines));
        } catch (IllegalArgumentException | DateTimeException nonsense) {
            return Optional.empty();
        }
    }

    private static Map<String, String> lines(Status status) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("at", status.at().toString());
        lines.put("started-at", status.startedAt().toString());
        lines.put("pid", Long.toString(status.pid()));
        lines.put("version", status.version());
        lines.put("node-id", status.nodeId());
        lines.put("coop", status.coop());
        lines.put("certificate-until", status.certificateUntil().toString());
        lines.put("list-version", Long.toString(status.listVersion()));
        lines.put("list-attachments", Long.toString(status.listAttachments()));
        lines.put("list-issued-at", text(status.listIssuedAt()));
        lines.put("list-not-after", text(status.listNotAfter()));
        lines.put("list-trouble", status.listTrouble());
        lines.put("counting-trouble", status.countingTrouble());
        lines.put("spool-windows", Long.toString(status.spoolWindows()));
        lines.put("spool-bytes", Long.toString(status.spoolBytes()));
        lines.put("spool-bytes-max", Long.toString(status.spoolBytesMax()));
        lines.put("accepted-until", text(status.acceptedUntil()));
        lines.put("accepted-windows", Long.toString(status.acceptedWindows()));
        lines.put("report-failures", Long.toString(status.reportFailures()));
        lines.put("report-trouble", status.reportTrouble());
        lines.put("shared-restored", Long.toString(status.sharedRestored()));
        lines.put("port-blocks", status.portBlocks());
        lines.put("port-blocks-trouble", status.portBlocksTrouble());
        lines.put("port-blocks-ended", Long.toString(status.portBlocksEnded()));
        lines.put("memory-bytes", Long.toString(status.memoryBytes()));
        status.sources().forEach((source, trouble) -> lines.put(SOURCE + source, trouble));
        status.shared().forEach((line, trouble) -> lines.put(SHARED + line, trouble));
        return lines;
    }

    private static Status status(Map<String, String> lines) {
        Map<String, String> sources = new LinkedHashMap<>();
        Map<String, String> shared = new LinkedHashMap<>();
        lines.forEach((key, value) -> {
            if (key.startsWith(SOURCE)) sources.put(key.substring(SOURCE.length()), value);
            if (key.startsWith(SHARED)) shared.put(key.substring(SHARED.length()), value);
        });
        return new Status(
                Instant.parse(of(lines, "at")),
                Instant.parse(of(lines, "started-at")),
                number(lines, "pid"),
                of(lines, "version"),
                of(lines, "node-id"),
                of(lines, "coop"),
                Instant.parse(of(lines, "certificate-until")),
                number(lines, "list-version"),
                number(lines, "list-attachments"),
                instant(lines, "list-issued-at"),
                instant(lines, "list-not-after"),
                of(lines, "list-trouble"),
                of(lines, "counting-trouble"),
                number(lines, "spool-windows"),
                number(lines, "spool-bytes"),
                number(lines, "spool-bytes-max"),
                instant(lines, "accepted-until"),
                number(lines, "accepted-windows"),
                number(lines, "report-failures"),
                of(lines, "report-trouble"),
                sources,
                shared,
                number(lines, "shared-restored"),
                of(lines, "port-blocks"),
                of(lines, "port-blocks-trouble"),
                number(lines, "port-blocks-ended"),
                number(lines, "memory-bytes"));
    }

    private static String text(Optional<Instant> instant) {
        return instant.map(Instant::toString).orElse("");
    }

    private static String of(Map<String, String> lines, String key) {
        return lines.getOrDefault(key, "");
    }

    private static long number(Map<String, String> lines, String key) {
        return Long.parseLong(of(lines, key));
    }

    private static Optional<Instant> instant(Map<String, String> lines, String key) {
        String value = of(lines, key);
        return value.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(value));
    }
}
