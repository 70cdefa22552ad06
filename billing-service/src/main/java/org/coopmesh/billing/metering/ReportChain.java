package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive reports of one boot under one signature. Each names the hash of the one before, so the signature over the
 * last covers them all: there is no chain that does not verify.
 */
record ReportChain(List<UsageReport> reports, ByteString signature) {
    /** The most reports under one signature. */
    static final int REPORTS_MAX = 1_000;

    private static final int SIGNATURE_BYTES = 64;
    private static final byte[] SIGNED_PREFIX =
            "coopmesh-usage-v1\0".getBytes(StandardCharsets.US_ASCII);

    UsageReport last() {
        return reports.getLast();
    }

    /**
     * Reads a run and verifies it.
     *
     * @param field how the caller calls it, as in {@code runs[0]}
     * @throws MalformedReport if a report is malformed, does not follow on the one before, or the signature is not over
     *     the last of them by {@code key}
     * @throws SpeaksForAnother if a report is of another node than {@code key}
     */
    static ReportChain verified(
            List<ByteString> signedReports, ByteString signature, IdentityKey key, String field) {
        if (signedReports.isEmpty() || signedReports.size() > REPORTS_MAX) {
            throw new MalformedReport(field + ".reports", "must be 1 to " + REPORTS_MAX);
        }
        if (signature.size() != SIGNATURE_BYTES) {
            throw new MalformedReport(field + ".signature", "must be 64 bytes");
        }
        var reports = new ArrayList<UsageReport>(signedReports.size());
        for (int i = 0; i < signedReports.size(); i++) {
            String name = field + ".reports[" + i + "]";
            var report = UsageReport.read(signedReports.get(i), name);
            if (!report.nodeId().equals(key.nodeId())) {
                throw new SpeaksForAnother(name + ".node_id");
            }
            if (i > 0) follows(reports.getLast(), report, name);
            reports.add(report);
        }
        if (!key.signed(message(reports.getLast().hash()), signature.toByteArray())) {
            throw new MalformedReport(
                    field + ".signature", "must be the node's, over the hash of the last report");
        }
        return new ReportChain(List.copyOf(reports), signature);
    }

    private static void follows(UsageReport before, UsageReport report, String field) {
        if (!report.bootId().equals(before.bootId())) {
            throw new MalformedReport(field + ".boot_id", "must be the same all through a run");
        }
        if (report.sequence() != before.sequence() + 1) {
            throw new MalformedReport(field + ".sequence", "must be one more than the one before");
        }
        if (!report.previousHash().equals(before.hash())) {
            throw new MalformedReport(
                    field + ".previous_hash", "must be the hash of the report before");
        }
    }

    /** What the node's key signs for a run that ends in the report with {@code lastHash}. */
    static byte[] message(ByteString lastHash) {
        return ByteString.copyFrom(SIGNED_PREFIX).concat(lastHash).toByteArray();
    }
}
