package org.coopmesh.nodeagent;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How the agent is at one moment: what {@code node-agent status} prints, and what Prometheus may ask for.
 *
 * @param at by the wall clock
 * @param startedAt by the wall clock
 * @param listTrouble why the list is not enforced as it should be; empty where it is
 * @param countingTrouble why counting has not begun; empty where it has
 * @param reportTrouble why the last call to billing failed; empty where it did not
 * @param acceptedUntil end of the newest window that billing has
 * @param sources of links, each with its trouble; an empty one is none
 * @param shared lines, each with its trouble; an empty one is none
 * @param sharedRestored how often another's change of our queues was undone
 * @param portBlocks how outside addresses are shared, for people; empty where they are not
 * @param portBlocksTrouble why ports do not say who; empty where they do
 * @param portBlocksEnded flows that had another port than they should
 * @param memoryBytes resident
 */
record Status(
        Instant at,
        Instant startedAt,
        long pid,
        String version,
        String nodeId,
        String coop,
        Instant certificateUntil,
        long listVersion,
        long listAttachments,
        Optional<Instant> listIssuedAt,
        Optional<Instant> listNotAfter,
        String listTrouble,
        String countingTrouble,
        long spoolWindows,
        long spoolBytes,
        long spoolBytesMax,
        Optional<Instant> acceptedUntil,
        long acceptedWindows,
        long reportFailures,
        String reportTrouble,
        Map<String, String> sources,
        Map<String, String> shared,
        long sharedRestored,
        String portBlocks,
        String portBlocksTrouble,
        long portBlocksEnded,
        long memoryBytes) {}
