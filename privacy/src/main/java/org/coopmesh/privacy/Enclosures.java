package org.coopmesh.privacy;

import java.util.List;
import java.util.UUID;

/** What goes into somebody's archive beside the tables, such as invoices as they were sent. */
public interface Enclosures {
    /**
     * A file of the archive.
     *
     * @param name with its folder, unique within the archive
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
    record Enclosure(String name, byte[] content) {}

    /** The names of all of {@code member}'s, the newest first. */
    List<UUID> of(UUID member);

    /** The files of one of them. */
    List<Enclosure> files(UUID id);
}
