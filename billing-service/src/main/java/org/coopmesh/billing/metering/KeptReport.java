package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import java.time.Instant;

/** A report with the signature that covers it, and what became of it. */
record KeptReport(
        UsageReport report,
        long runLast,
        ByteString runSignature,
        Verdict verdict,
        Instant receivedAt) {}
