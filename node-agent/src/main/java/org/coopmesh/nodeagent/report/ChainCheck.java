package org.coopmesh.nodeagent.report;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.coopmesh.contracts.billing.v1.UsageReport;
import org.jspecify.annotations.Nullable;

/** Follows a row of spooled reports and says where it is no chain. */
public final class ChainCheck {
    private static final int BROKEN_MAX = 20;

    private final Optional<String> nodeId;
    private final List<String> broken = new ArrayList<>();
    private @Nullable UsageReport last;
    private ByteString lastHash = ByteString.EMPTY;
    private long lastIndex = -1;
    private long links;
    private long boots;

    /** Checks that reports are of this node, if one is named. */
    public ChainCheck(Optional<String> nodeId) {
        this.nodeId = nodeId;
    }

    /** Takes the report of the window with this index; where windows between are missing the chain is taken up anew. */
    public void next(long index, byte[] bytes) {
        UsageReport report;
        try {
            report = UsageReport.parseFrom(bytes);
        } catch (InvalidProtocolBufferException malformed) {
            broken(index, "is no report");
            return;
        }
        if (nodeId.isPresent() && !nodeId.get().equals(report.getNodeId())) {
            broken(index, "is of another node: " + report.getNodeId());
        }
        UsageReport before = last;
        boolean sameBoot = before != null && before.getBootId().equals(report.getBootId());
        if (!sameBoot) boots++;
        if (before != null && index == lastIndex + 1) {
            if (!report.getPreviousHash().equals(lastHash)) {
                broken(index, "names another report before it than the one that is there");
            } else if (report.getSequence() != (sameBoot ? before.getSequence() + 1 : 1)) {
                broken(index, "has sequence " + report.getSequence());
            } else {
                links++;
            }
        }
        last = report;
        lastHash = ByteString.copyFrom(ReportChain.sha256(bytes));
        lastIndex = index;
    }

    /** Reports that name the one before them. */
    public long links() {
        return links;
    }

    /** Times that counting began anew. */
    public long boots() {
        return boots;
    }

    /** Where it is no chain, a line each; the first twenty. */
    public List<String> broken() {
        return List.copyOf(broken);
    }

    private void broken(long index, String why) {
        if (broken.size() < BROKEN_MAX) broken.add("window " + index + " " + why);
    }
}
