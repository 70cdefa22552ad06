package org.coopmesh.abuse.transparency;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.contracts.abuse.v1.LogEvent;
import org.coopmesh.contracts.abuse.v1.LogGrown;

/** The log's growth as its witnesses hear of it. */
final class LogEvents {
    static final String TOPIC = "coopmesh.abuse.log.v1";
    static final String KEY = "log";

    private LogEvents() {}

    static LogEvent grown(
            long from, List<Hash> leaves, SignedNote checkpoint, List<String> keys, Instant at) {
        ByteString hashes =
                ByteString.copyFrom(
                        leaves.stream().map(leaf -> ByteString.copyFrom(leaf.bytes())).toList());
        return LogEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()))
                .setGrown(
                        LogGrown.newBuilder()
                                .setFromSize(from)
                                .setLeafHashes(hashes)
                                .setCheckpoint(checkpoint.whole())
                                .addAllKeys(keys))
                .build();
    }
}
