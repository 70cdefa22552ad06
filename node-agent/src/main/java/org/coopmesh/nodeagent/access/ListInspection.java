package org.coopmesh.nodeagent.access;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the list on disk is, found without a server and without changing a byte of it: every record's checksum, signature and
 * hash of all entries.
 *
 * @param version 0 where there is no list
 * @param notAfter empty where it counts for good
 * @param damage what is wrong behind the last list that is in order; empty where nothing is
 */
public record ListInspection(
        long version, long entries, Optional<Instant> notAfter, String damage) {

    /**
     * Reads and checks everything.
     *
     * @param listKeys SubjectPublicKeyInfo of the Ed25519 keys that may sign, by key id
     */
    public static ListInspection of(Path stateDirectory, Map<String, byte[]> listKeys)
            throws IOException {
        try (var file = new ListFile(stateDirectory)) {
            ListFile.Scan scan = file.scan(new ListKeys(() -> listKeys));
            return scan.known()
                    .map(known ->
                            new ListInspection(
                                    known.head().version(),
                                    known.list().size(),
                                    Optional.of(known.head().notAfter())
                                            .filter(end -> end.isBefore(Instant.MAX)),
                                    scan.damage()))
                    .orElseGet(() -> new ListInspection(0, 0, Optional.empty(), scan.damage()));
        }
    }

    /** Whose an address is by the list on disk, as far as that is in order. */
    public static Optional<String> attachmentOf(
            InetAddress address, Path stateDirectory, Map<String, byte[]> listKeys)
            throws IOException {
        Address wanted = Address.of(address);
        List<String> found = new ArrayList<>();
        try (var file = new ListFile(stateDirectory)) {
            file.scan(new ListKeys(() -> listKeys))
                    .known()
                    .ifPresent(known ->
                            known.list()
                                    .forEach((key, bytes) -> {
                                        if (key.startsWith("attachment:")
                                                && Entry.read(bytes, "")
                                                        instanceof Entry.Attachment attachment
                                                && attachment
                                                        .prefixes()
                                                        .anyMatch(p -> p.contains(wanted))) {
                                            found.add(attachment.id());
                                        }
                                    }));
        }
        return found.stream().findFirst();
    }
}
