package org.coopmesh.nodeagent.usage;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What the counters moved by between two readings.
 *
 * @param bootId new whenever the counters started anew
 * @param attachments every own attachment, and every carried one that moved
 * @param snapshot where the next window begins; keep it with the window and hand it to {@link UsageMeter#resume} after a
 *     restart
 */
@SuppressWarnings(
        "ArrayRecordComponent") // Opaque bytes on their way to disk; nobody compares windows.
public record WindowCounts(
        UUID bootId,
        Instant startedAt,
        Instant endedAt,
        List<AttachmentCounts> attachments,
        List<LinkCounts> links,
        Optional<UplinkCounts> uplink,
        byte[] snapshot) {

    public WindowCounts {
        if (!endedAt.isAfter(startedAt)) {
            throw new IllegalArgumentException(
                    "window ends at " + endedAt + " but starts at " + startedAt);
        }
        attachments = List.copyOf(attachments);
        links = List.copyOf(links);
    }
}
