package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.coopmesh.contracts.billing.v1.Gap;
import org.junit.jupiter.api.Test;

class ReportChainTest {
    private static final Instant START = Instant.parse("2026-11-21T10:55:00Z");
    private static final AttachmentId ATTACHMENT = new AttachmentId(UUID.randomUUID());

    private final ReportingNode node = new ReportingNode();

    @Test
    void oneSignatureCoversTheWholeRun() {
        List<ByteString> reports = node.reports(START, 12, ATTACHMENT, 1_000, 10);

        ReportChain chain = verified(reports, node.sign(reports.getLast()));

        assertThat(chain.reports()).hasSize(12).extracting(UsageReport::signed).isEqualTo(reports);
        assertThat(chain.last().sequence()).isEqualTo(12);
    }

    @Test
    void windowThatStraddlesAnHourBelongsToTheHourInWhichItBegan() {
        ByteString signed = node.seal(node.window(START.plusSeconds(120), Duration.ofMinutes(5)));

        assertThat(UsageReport.read(signed, "report").hour())
                .isEqualTo(Instant.parse("2026-11-21T10:00:00Z"));
    }

    @Test
    void signatureOfAnotherKeyIsRefused() {
        List<ByteString> reports = node.reports(START, 2, ATTACHMENT, 1, 1);

        assertThatThrownBy(() -> verified(reports, new ReportingNode().sign(reports.getLast())))
                .isInstanceOf(MalformedReport.class)
                .hasMessageContaining("run.signature");
    }

    @Test
    void reportOfAnotherNodeIsRefused() {
        ByteString foreign = new ReportingNode().report(START, ATTACHMENT, 1, 1);

        assertThatThrownBy(() -> verified(List.of(foreign), node.sign(foreign)))
                .isInstanceOf(SpeaksForAnother.class);
    }

    @Test
    void reportThatDoesNotNameTheHashBeforeItIsRefused() {
        ByteString first = node.report(START, ATTACHMENT, 1, 1);
        node.previous = ByteString.copyFrom(new byte[32]);
        ByteString second = node.report(START.plusSeconds(300), ATTACHMENT, 1, 1);

        assertThatThrownBy(() -> verified(List.of(first, second), node.sign(second)))
                .hasMessage("run.reports[1].previous_hash: must be the hash of the report before");
    }

    @Test
    void runWithAHoleOrOfTwoBootsIsRefused() {
        ByteString first = node.report(START, ATTACHMENT, 1, 1);
        ByteString second = node.report(START.plusSeconds(300), ATTACHMENT, 1, 1);
        ByteString third = node.report(START.plusSeconds(600), ATTACHMENT, 1, 1);
        node.boot = UUID.randomUUID();
        ByteString otherBoot = node.report(START.plusSeconds(900), ATTACHMENT, 1, 1);

        assertThatThrownBy(() -> verified(List.of(first, third), node.sign(third)))
                .hasMessageContaining("run.reports[1].sequence");
        assertThatThrownBy(() -> verified(List.of(second, third, otherBoot), node.sign(otherBoot)))
                .hasMessageContaining("run.reports[2].boot_id");
    }

    @Test
    void malformedFieldsAreNamed() {
        refused(r -> r.setBootId("1-1-1-1-1"), "run.reports[0].boot_id: must be a UUID");
        refused(r -> r.setBootId("nonsense"), "run.reports[0].boot_id: must be a UUID");
        refused(r -> r.setNodeId("ABC"), "run.reports[0].node_id");
        refused(r -> r.setSequence(0), "run.reports[0].sequence");
        refused(r -> r.setSequence(-1), "run.reports[0].sequence");
        refused(r -> r.setPreviousHash(ByteString.copyFrom(new byte[31])), "previous_hash");
        refused(r -> r.setSequence(2).clearPreviousHash(), "previous_hash");
        refused(r -> r.clearStartedAt(), "run.reports[0].started_at");
        refused(r -> r.getEndedAtBuilder().setNanos(-1), "run.reports[0].ended_at");
        refused(r -> r.getEndedAtBuilder().setSeconds(Long.MAX_VALUE), "run.reports[0].ended_at");
        refused(
                r -> r.addAttachments(ReportingNode.own(ATTACHMENT, 1, 1)),
                "run.reports[0].attachments[1].attachment_id: must be named once in a report");
        refused(
                r -> r.getAttachmentsBuilder(0).setAttachmentId("x"),
                "run.reports[0].attachments[0].attachment_id: must be a UUID");
        refused(
                r -> r.setGap(Gap.newBuilder().setFrom(ReportingNode.timestamp(START))),
                "run.reports[0].gap.to");
    }

    @Test
    void bytesThatAreNoReportAreRefused() {
        ByteString noise = ByteString.copyFrom(new byte[] {10, 127, 1});

        assertThatThrownBy(() -> verified(List.of(noise), node.sign(noise)))
                .hasMessage("run.reports[0]: must be a serialised UsageReport");
    }

    @Test
    void emptyRunAndTooLongRunAreRefused() {
        ByteString report = node.report(START, ATTACHMENT, 1, 1);
        var tooMany = new ArrayList<ByteString>();
        for (int i = 0; i <= ReportChain.REPORTS_MAX; i++) tooMany.add(report);

        assertThatThrownBy(() -> verified(List.of(), node.sign(report)))
                .hasMessageContaining("run.reports");
        assertThatThrownBy(() -> verified(tooMany, node.sign(report)))
                .hasMessageContaining("run.reports");
    }

    @Test
    void keyInAnotherEncodingIsRefused() {
        assertThatThrownBy(() -> IdentityKey.of(new byte[44])).isInstanceOf(MalformedReport.class);
        assertThatThrownBy(() -> IdentityKey.of(new byte[0])).isInstanceOf(MalformedReport.class);
    }

    @Property(tries = 200)
    void oneFlippedBitAnywhereInARunIsFound(
            @ForAll @IntRange(min = 0, max = 3) int which,
            @ForAll @IntRange(min = 0, max = 10_000) int position) {
        List<ByteString> reports = new ArrayList<>(node.reports(START, 4, ATTACHMENT, 1_000, 10));
        ByteString signature = node.sign(reports.getLast());
        byte[] bytes = reports.get(which).toByteArray();
        bytes[position / 8 % bytes.length] ^= (byte) (1 << position % 8);
        reports.set(which, ByteString.copyFrom(bytes));

        assertThatThrownBy(() -> verified(reports, signature))
                .isInstanceOfAny(MalformedReport.class, SpeaksForAnother.class);
    }

    private void refused(
            Consumer<org.coopmesh.contracts.billing.v1.UsageReport.Builder> change, String why) {
        var fresh = new ReportingNode();
        var report =
                fresh.window(START, Duration.ofMinutes(5))
                        .addAttachments(ReportingNode.own(ATTACHMENT, 1, 1));
        change.accept(report);
        ByteString signed = report.build().toByteString();
        var key = IdentityKey.of(fresh.identityKey);

        assertThatThrownBy(
                        () -> ReportChain.verified(List.of(signed), fresh.sign(signed), key, "run"))
                .isInstanceOf(MalformedReport.class)
                .hasMessageContaining(why);
    }

    private ReportChain verified(List<ByteString> reports, ByteString signature) {
        return ReportChain.verified(reports, signature, IdentityKey.of(node.identityKey), "run");
    }
}
