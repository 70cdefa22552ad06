package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Whatever a node sends as reports is a chain that its key signed, or is refused by field. */
class UsageReportFuzzTest {
    private static final byte[] SECRET = secret();
    private static final IdentityKey KEY = IdentityKey.of(spki());

    @FuzzTest
    void anyReportIsReadOrRefusedByField(byte[] signed) {
        try {
            UsageReport report = UsageReport.read(ByteString.copyFrom(signed), "report");
            assertThat(report.sequence()).isPositive();
            assertThat(report.attachments())
                    .hasSizeLessThanOrEqualTo(UsageReport.ATTACHMENTS_MAX)
                    .doesNotHaveDuplicates();
            assertThat(report.links()).hasSizeLessThanOrEqualTo(UsageReport.LINKS_MAX);
            assertThat(report.hash().size()).isEqualTo(32);
            assertThat(report.hour()).isBeforeOrEqualTo(report.startedAt());
            assertThat(report.length()).isNotNull();
        } catch (MalformedReport refused) {
            assertThat(refused).hasMessageStartingWith("report");
        }
    }

    /** Reports of up to 64 KiB behind one another, each behind its length; the last one is truly signed. */
    @FuzzTest
    void anySignedRunIsAChainOrRefusedByField(byte[] run) {
        List<ByteString> reports = reports(run);
        byte[] last = reports.isEmpty() ? new byte[0] : reports.getLast().toByteArray();
        byte[] message = ReportChain.message(ByteString.copyFrom(Sha256.of(last)));
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(SECRET, 0, message, 0, message.length, signature, 0);
        try {
            ReportChain chain =
                    ReportChain.verified(reports, ByteString.copyFrom(signature), KEY, "runs[0]");
            for (int i = 1; i < chain.reports().size(); i++) {
                UsageReport before = chain.reports().get(i - 1);
                assertThat(chain.reports().get(i).previousHash()).isEqualTo(before.hash());
                assertThat(chain.reports().get(i).sequence()).isEqualTo(before.sequence() + 1);
            }
        } catch (MalformedReport | SpeaksForAnother refused) {
            assertThat(refused.getMessage()).contains("runs[0]");
        }
    }

    @FuzzTest
    void anyKeyIsAPointOrRefused(byte[] key) {
        try {
            assertThat(IdentityKey.of(key).encoded()).isEqualTo(key);
        } catch (MalformedReport refused) {
            assertThat(refused).hasMessageStartingWith("identity_key");
        }
    }

    private static List<ByteString> reports(byte[] run) {
        var reports = new ArrayList<ByteString>();
        for (int at = 0; at + 2 <= run.length; ) {
            int length = (run[at] & 0xff) << 8 | run[at + 1] & 0xff;
            int end = Math.min(run.length, at + 2 + length);
            reports.add(ByteString.copyFrom(run, at + 2, end - at - 2));
            at = end;
        }
        return reports;
    }

    private static byte[] secret() {
        byte[] secret = new byte[Ed25519.SECRET_KEY_SIZE];
        Arrays.fill(secret, (byte) 7);
        return secret;
    }

    private static byte[] spki() {
        byte[] key = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Ed25519.generatePublicKey(SECRET, 0, key, 0);
        var spki = new ByteArrayOutputStream();
        spki.writeBytes(HexFormat.of().parseHex("302a300506032b6570032100"));
        spki.writeBytes(key);
        return spki.toByteArray();
    }
}
