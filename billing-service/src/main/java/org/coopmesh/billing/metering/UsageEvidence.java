package org.coopmesh.billing.metering;

import java.time.LocalDate;
import java.util.List;

/**
 * Everything that proves what was counted in some stretches up to a moment: the signed reports, what certifies their nodes, and
 * where each stands in the tree of its day. Bytes are as they were signed.
 */
public record UsageEvidence(List<Node> nodes, List<Run> runs, List<Day> days) {
    /** A node's key, as SubjectPublicKeyInfo, and what the co-op certified it with. */
    public record Node(NodeId id, byte[] identityKey, List<Certified> certificates) {}

    /** A certificate and that of the authority that had issued it, in DER. */
    public record Certified(byte[] certificate, byte[] authority) {}

    /** Reports in a row that one signature covers: the last one's. */
    public record Run(NodeId node, byte[] signature, List<Signed> reports) {}

    /** One report; {@code inclusion} is null where it does not count here and only leads to the one that is signed. */
    public record Signed(byte[] bytes, @org.jspecify.annotations.Nullable Inclusion inclusion) {}

    /** Where a report stands in the tree of {@code day}, and the hashes from there to the root. */
    public record Inclusion(LocalDate day, long index, List<byte[]> path) {}

    /** The tree over all reports taken in on a day. */
    public record Day(LocalDate day, long reports, byte[] root) {}

    /** Not all of it can be shown: a day is not closed yet, reports are not kept any more, or there are too many. */
    public static class NotWhole extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotWhole(String why) {
            super(why);
        }
    }
}
