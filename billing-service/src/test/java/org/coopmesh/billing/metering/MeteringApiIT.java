package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.coopmesh.billing.metering.MeteringContext.TestClock;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.contracts.billing.v1.AttachmentUsage;
import org.coopmesh.contracts.billing.v1.Durable;
import org.coopmesh.contracts.billing.v1.Gap;
import org.coopmesh.contracts.billing.v1.GapCause;
import org.coopmesh.contracts.billing.v1.MeterEvent;
import org.coopmesh.contracts.billing.v1.ReportUsageRequest;
import org.coopmesh.contracts.billing.v1.ReportUsageResponse;
import org.coopmesh.contracts.billing.v1.SignedRun;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc;
import org.coopmesh.contracts.billing.v1.UsageServiceGrpc.UsageServiceBlockingStub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Reports over the real node port: TLS, a client certificate, and everything a node can get wrong. */
@SpringBootTest(classes = MeteringContext.class)
@Import(Facts.class)
class MeteringApiIT {
    private static final Path KEYS = MeteringContext.newKeysDirectory();
    private static final Instant NOW = MeteringContext.START;
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static TestAuthority authority;

    @Autowired JdbcClient db;
    @Autowired Metering metering;
    @Autowired Upkeep upkeep;
    @Autowired NodePortKeys portKeys;
    @Autowired GrpcServerLifecycle port;
    @Autowired TestClock clock;
    @Autowired Facts facts;
    @Autowired MeterRegistry meters;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private ReportingNode node;
    private AttachmentId attachment;
    private UsageServiceBlockingStub usage;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        MeteringContext.properties(registry, KEYS);
    }

    @BeforeAll
    static void authority() throws Exception {
        authority = new TestAuthority();
        authority.writeNodePort(KEYS);
    }

    @BeforeEach
    void connect() throws Exception {
        portKeys.load();
        clock.set(NOW);
        node = new ReportingNode();
        attachment = MeteringContext.attach(db, node.id);
        usage = stub(authority.connect(port.getPort(), node.id));
    }

    @AfterEach
    void disconnect() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    @Test
    void reportIsDurableWhenItIsAcknowledgedAndItsBytesAreInItsHour() {
        ByteString report = node.report(NOW.minus(WINDOW), attachment, 7_000_000, 300_000);

        ReportUsageResponse answer = usage.reportUsage(node.request(report));

        assertThat(answer.getDurableList())
                .containsExactly(
                        Durable.newBuilder()
                                .setBootId(node.boot.toString())
                                .setUpToSequence(1)
                                .build());
        assertThat(answer.getServerTime()).isEqualTo(ReportingNode.timestamp(NOW));
        assertThat(used(NOW.minusSeconds(3_600), NOW))
                .isEqualTo(new Usage(7_000_000, 300_000, 0, 0, 1, 0));
        assertThat(kept()).containsExactly(report);
    }

    @Test
    void sameRunSentAgainFromAnotherConnectionCountsOnce() throws Exception {
        ReportUsageRequest request =
                node.request(node.run(node.reports(NOW.minusSeconds(1_500), 5, attachment, 10, 1)));
        ReportUsageResponse first = usage.reportUsage(request);

        ReportUsageResponse second =
                stub(authority.connect(port.getPort(), node.id)).reportUsage(request);

        assertThat(second).isEqualTo(first);
        assertThat(used()).isEqualTo(new Usage(50, 5, 0, 0, 5, 0));
        assertThat(kept()).hasSize(5);
    }

    @Test
    void sameReportFromManyConnectionsAtOnceCountsOnce() throws Exception {
        ReportUsageRequest request =
                node.request(node.run(node.reports(NOW.minusSeconds(1_500), 5, attachment, 10, 1)));
        var calls = new ArrayList<Callable<ReportUsageResponse>>();
        for (int i = 0; i < 8; i++) {
            UsageServiceBlockingStub stub = stub(authority.connect(port.getPort(), node.id));
            calls.add(() -> stub.reportUsage(request));
            calls.add(() -> stub.reportUsage(request));
        }

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(calls)) {
                assertThat(answer.get().getDurable(0).getUpToSequence()).isEqualTo(5);
            }
        }

        assertThat(used()).isEqualTo(new Usage(50, 5, 0, 0, 5, 0));
    }

    @Test
    void whatBecameOfReportsIsCounted() {
        double kept = counted("coopmesh.usage.reports", "outcome", "kept");
        double malformed = counted("coopmesh.usage.refused", "why", "malformed");

        usage.reportUsage(
                node.request(
                        node.run(node.reports(NOW.minusSeconds(1_500), 5, attachment, 10, 1))));
        assertThatThrownBy(() -> usage.reportUsage(ReportUsageRequest.getDefaultInstance()))
                .isInstanceOf(StatusRuntimeException.class);

        assertThat(counted("coopmesh.usage.reports", "outcome", "kept")).isEqualTo(kept + 5);
        assertThat(counted("coopmesh.usage.refused", "why", "malformed")).isEqualTo(malformed + 1);
    }

    private double counted(String name, String tag, String value) {
        return meters.get(name).tag(tag, value).counter().count();
    }

    @Test
    void holeIsNamedUntilItIsFilledLater() {
        List<ByteString> reports = node.reports(NOW.minusSeconds(3_000), 10, attachment, 10, 1);
        usage.reportUsage(node.request(node.run(reports.subList(0, 2))));

        ReportUsageResponse gapped =
                usage.reportUsage(node.request(node.run(reports.subList(5, 7))));

        assertThat(gapped.getDurable(0).getUpToSequence()).isEqualTo(7);
        assertThat(gapped.getDurable(0).getMissingList()).containsExactly(3L, 4L, 5L);

        ReportUsageResponse filled =
                usage.reportUsage(
                        node.request(
                                node.run(reports.subList(2, 5)), node.run(reports.subList(7, 10))));

        assertThat(filled.getDurable(0).getUpToSequence()).isEqualTo(10);
        assertThat(filled.getDurable(0).getMissingList()).isEmpty();
        assertThat(used()).isEqualTo(new Usage(100, 10, 0, 0, 10, 0));
    }

    @Test
    void firstSequencesThatWereNeverSeenAreNamedToo() {
        List<ByteString> reports = node.reports(NOW.minusSeconds(3_000), 4, attachment, 10, 1);

        ReportUsageResponse answer =
                usage.reportUsage(node.request(node.run(reports.subList(3, 4))));

        assertThat(answer.getDurable(0).getMissingList()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void inventedSequenceNamesNoMoreThanAThousandMissing() {
        node.sequence = Long.MAX_VALUE - 1;
        node.previous = ByteString.copyFrom(new byte[32]);
        ByteString report = node.report(NOW.minus(WINDOW), attachment, 10, 1);

        ReportUsageResponse answer = usage.reportUsage(node.request(report));

        assertThat(answer.getDurable(0).getMissingList()).hasSize(Intake.MISSING_MAX);
    }

    @Test
    void gapThatANodeTellsShowsBesideItsUsage() {
        var report =
                node.window(NOW.minus(WINDOW), WINDOW)
                        .addAttachments(ReportingNode.own(attachment, 10, 1))
                        .setGap(
                                Gap.newBuilder()
                                        .setFrom(ReportingNode.timestamp(NOW.minusSeconds(1_800)))
                                        .setTo(ReportingNode.timestamp(NOW.minusSeconds(300)))
                                        .setCause(GapCause.GAP_CAUSE_SPOOL_FULL)
                                        .setWindows(5));

        usage.reportUsage(node.request(node.seal(report)));

        assertThat(used()).isEqualTo(new Usage(10, 1, 0, 0, 1, 5));
    }

    @Test
    void differentReportWithTheSameNumberIsKeptApartAndTold() throws Exception {
        ByteString first = node.report(NOW.minus(WINDOW), attachment, 10, 1);
        usage.reportUsage(node.request(first));
        node.sequence = 0;
        node.previous = ByteString.EMPTY;
        ByteString other = node.report(NOW.minus(WINDOW), attachment, 99, 9);

        ReportUsageResponse answer = usage.reportUsage(node.request(other));
        usage.reportUsage(node.request(other));

        assertThat(answer.getDurable(0).getSetAside(0).getSequence()).isEqualTo(1);
        assertThat(answer.getDurable(0).getSetAside(0).getReason()).startsWith("conflict");
        assertThat(used()).isEqualTo(new Usage(10, 1, 0, 0, 1, 0));
        assertThat(kept()).containsExactly(first);
        assertThat(
                        db.sql("select signed from usage_conflict where node_id = :node")
                                .param("node", node.id.bytes())
                                .query(byte[].class)
                                .list())
                .containsExactly(other.toByteArray());
        assertThat(told()).singleElement().satisfies(e -> assertThat(e).startsWith("conflict"));
    }

    @Test
    void reportThatForksTheChainOfAnEarlierRequestIsSetAside() {
        usage.reportUsage(node.request(node.report(NOW.minusSeconds(900), attachment, 10, 1)));
        node.previous = ByteString.copyFrom(new byte[32]);
        ByteString fork = node.report(NOW.minusSeconds(600), attachment, 10, 1);

        assertSetAside(usage.reportUsage(node.request(fork)), 2, "chainBroken");
    }

    @Test
    void clockAnHourAheadIsSetAsideAndToldWithTheRightTime() throws Exception {
        ReportUsageResponse answer =
                usage.reportUsage(
                        node.request(node.report(NOW.plusSeconds(3_300), attachment, 10, 1)));

        assertSetAside(answer, 1, "fromTheFuture");
        assertThat(answer.getServerTime()).isEqualTo(ReportingNode.timestamp(NOW));
        assertThat(used()).isEqualTo(Usage.NONE);
        assertThat(told())
                .singleElement()
                .satisfies(e -> assertThat(e).startsWith("fromTheFuture"));
    }

    @Test
    void clockAnHourSlowCountsAndIsMarkedAsLate() {
        usage.reportUsage(node.request(node.report(NOW.minusSeconds(3_900), attachment, 10, 1)));

        assertThat(used()).isEqualTo(new Usage(10, 1, 0, 0, 1, 0));
        assertThat(
                        db.sql("select late from usage_report where node_id = :node")
                                .param("node", node.id.bytes())
                                .query(Boolean.class)
                                .single())
                .isTrue();
    }

    @Test
    void moreThanTheLineCanCarryIsSetAsideAgainEachTimeItIsSent() throws Exception {
        ReportUsageRequest request =
                node.request(node.report(NOW.minus(WINDOW), attachment, 42_000_000_000L, 1));

        assertSetAside(usage.reportUsage(request), 1, "beyondLineRate");
        assertSetAside(usage.reportUsage(request), 1, "beyondLineRate");

        assertThat(used()).isEqualTo(Usage.NONE);
        assertThat(told()).hasSize(1);
    }

    @Test
    void counterAtTwoToTheSixtyThreeIsSetAside() {
        ReportUsageResponse answer =
                usage.reportUsage(
                        node.request(
                                node.report(NOW.minus(WINDOW), attachment, Long.MIN_VALUE, 1)));

        assertSetAside(answer, 1, "counterOverflow");
    }

    @Test
    void attachmentOfAnotherNodeCanBeCarriedButNotOwned() {
        AttachmentId foreign = MeteringContext.attach(db, new ReportingNode().id);
        AttachmentUsage claimed = ReportingNode.own(foreign, 10, 1);
        ByteString carried =
                node.seal(
                        node.window(NOW.minusSeconds(600), WINDOW)
                                .addAttachments(claimed.toBuilder().setOwn(false)));
        ByteString owned =
                node.seal(node.window(NOW.minus(WINDOW), WINDOW).addAttachments(claimed));

        ReportUsageResponse answer = usage.reportUsage(node.request(carried, owned));

        assertSetAside(answer, 2, "foreignAttachment");
        assertThat(metering.used(List.of(foreign), NOW.minusSeconds(7_200), NOW))
                .isEqualTo(Map.of(foreign, Usage.NONE));
        assertThat(
                        db.sql(
                                        "select internet_bytes_down from usage_hour where attachment_id = :id and not own")
                                .param("id", foreign.value())
                                .query(Long.class)
                                .single())
                .isEqualTo(10);
    }

    @Test
    void attachmentThatTheRosterLearnsOfLaterCountsFromThen() {
        var unheard = new AttachmentId(UUID.randomUUID());
        ReportUsageRequest request = node.request(node.report(NOW.minus(WINDOW), unheard, 10, 1));
        assertSetAside(usage.reportUsage(request), 1, "unknownAttachment");
        MeteringContext.attach(
                db,
                unheard,
                node.id,
                new org.coopmesh.billing.subscription.SiteId(UUID.randomUUID()),
                new org.coopmesh.billing.subscription.MemberId(UUID.randomUUID()));

        upkeep.judgeAgain();
        upkeep.judgeAgain();

        assertThat(metering.used(List.of(unheard), NOW.minusSeconds(7_200), NOW))
                .isEqualTo(Map.of(unheard, new Usage(10, 1, 0, 0, 1, 0)));
        assertThat(usage.reportUsage(request).getDurable(0).getSetAsideList()).isEmpty();
    }

    @Test
    void badSignatureIsRefusedWithItsFieldAndNothingIsKept() {
        SignedRun run =
                node.run(node.report(NOW.minus(WINDOW), attachment, 10, 1)).toBuilder()
                        .setSignature(ByteString.copyFrom(new byte[64]))
                        .build();

        assertRefused(
                () -> usage.reportUsage(node.request(run)),
                Status.Code.INVALID_ARGUMENT,
                "runs[0].signature: must be the node's, over the hash of the last report");
        assertThat(kept()).isEmpty();
    }

    @Test
    void oneBadRunRefusesTheWholeRequest() {
        SignedRun good = node.run(node.report(NOW.minus(WINDOW), attachment, 10, 1));
        SignedRun bad = good.toBuilder().clearSignature().build();

        assertRefused(
                () -> usage.reportUsage(node.request(good, bad)),
                Status.Code.INVALID_ARGUMENT,
                "runs[1].signature: must be 64 bytes");
        assertThat(kept()).isEmpty();
    }

    @Test
    void nodeSpeaksOnlyForItself() {
        var other = new ReportingNode();
        AttachmentId othersAttachment = MeteringContext.attach(db, other.id);
        ReportUsageRequest othersRequest =
                other.request(other.report(NOW.minus(WINDOW), othersAttachment, 10, 1));

        assertRefused(
                () -> usage.reportUsage(othersRequest),
                Status.Code.PERMISSION_DENIED,
                "identity_key: is not of the node that the certificate names");

        ByteString foreign = other.report(NOW.minus(WINDOW), othersAttachment, 10, 1);
        assertRefused(
                () -> usage.reportUsage(node.request(node.run(foreign))),
                Status.Code.PERMISSION_DENIED,
                "runs[0].reports[0].node_id: is not of the node that the certificate names");
    }

    @Test
    void malformedUuidIsRefusedWithItsField() {
        ByteString report =
                node.seal(
                        node.window(NOW.minus(WINDOW), WINDOW)
                                .addAttachments(
                                        AttachmentUsage.newBuilder()
                                                .setAttachmentId("not-a-uuid")
                                                .setOwn(true)));

        assertRefused(
                () -> usage.reportUsage(node.request(report)),
                Status.Code.INVALID_ARGUMENT,
                "runs[0].reports[0].attachments[0].attachment_id: must be a UUID");
    }

    @Test
    void requestLargerThanItsLimitIsRefusedForGood() {
        var large =
                node.window(NOW.minus(WINDOW), WINDOW)
                        .setAgentVersion("x".repeat(UsageEndpoint.REQUEST_BYTES_MAX));

        assertRefused(
                () -> usage.reportUsage(node.request(node.seal(large))),
                Status.Code.INVALID_ARGUMENT,
                "request: at most 4194304 bytes");
    }

    @Test
    void moreRunsThanTheLimitAreRefused() {
        SignedRun run = node.run(node.report(NOW.minus(WINDOW), attachment, 10, 1));
        var runs = new SignedRun[UsageEndpoint.RUNS_MAX + 1];
        java.util.Arrays.fill(runs, run);

        assertRefused(
                () -> usage.reportUsage(node.request(runs)),
                Status.Code.INVALID_ARGUMENT,
                "runs: must be 1 to 64");
    }

    @Test
    void revokedNodeIsDenied() {
        db.sql("insert into node (node_id, state) values (:node, 'revoked')")
                .param("node", node.id.hex())
                .update();

        assertRefused(
                () ->
                        usage.reportUsage(
                                node.request(node.report(NOW.minus(WINDOW), attachment, 10, 1))),
                Status.Code.PERMISSION_DENIED,
                "the node is revoked");
        assertThat(kept()).isEmpty();
    }

    @Test
    void revocationEndsWhatAnOpenConnectionMayDoWithinASecond() throws Exception {
        usage.reportUsage(
                node.request(node.report(NOW.minus(WINDOW.multipliedBy(2)), attachment, 10, 1)));
        long heard = System.nanoTime();
        facts.revoked(node.id.hex());

        assertRefused(
                () ->
                        usage.reportUsage(
                                node.request(node.report(NOW.minus(WINDOW), attachment, 10, 1))),
                Status.Code.PERMISSION_DENIED,
                "the node is revoked");

        assertThat(Duration.ofNanos(System.nanoTime() - heard)).isLessThan(Duration.ofSeconds(1));
        assertThat(kept()).hasSize(1);
    }

    @Test
    void whileOneAuthorityFollowsAnotherNodesOfBothAreTakenWithoutARestart() throws Exception {
        var next = new TestAuthority();
        try {
            TestAuthority.writeAuthorities(KEYS, next, authority);
            portKeys.load();
            var renewed = stub(authority.connectAs(next, port.getPort(), node.id));
            var notYet = stub(authority.connect(port.getPort(), node.id));
            renewed.reportUsage(
                    node.request(
                            node.report(NOW.minus(WINDOW.multipliedBy(3)), attachment, 10, 1)));
            notYet.reportUsage(
                    node.request(
                            node.report(NOW.minus(WINDOW.multipliedBy(2)), attachment, 10, 1)));

            TestAuthority.writeAuthorities(KEYS, next);
            portKeys.load();
            notYet.reportUsage(node.request(node.report(NOW.minus(WINDOW), attachment, 10, 1)));
            var tooLate = stub(authority.connect(port.getPort(), node.id));
            assertThatThrownBy(() -> tooLate.reportUsage(ReportUsageRequest.getDefaultInstance()))
                    .hasMessageContaining("UNAVAILABLE");
            assertThat(kept()).hasSize(3);
            assertThat(
                            db.sql(
                                            "select count(distinct authority) from node_certificate where node_id = :node")
                                    .param("node", node.id.bytes())
                                    .query(Integer.class)
                                    .single())
                    .as("evidence names the authority of each")
                    .isEqualTo(2);
        } finally {
            authority.writeNodePort(KEYS);
            TestAuthority.touch(KEYS);
            portKeys.load();
        }
    }

    @Test
    void theLastSpoolOfARetiredNodeIsTaken() {
        db.sql("insert into node (node_id, state) values (:node, 'retired')")
                .param("node", node.id.hex())
                .update();

        usage.reportUsage(node.request(node.report(NOW.minus(WINDOW), attachment, 10, 1)));

        assertThat(kept()).hasSize(1);
    }

    @Test
    void callerWithoutACertificateDoesNotGetThrough() throws Exception {
        UsageServiceBlockingStub bare = stub(authority.connectBare(port.getPort()));

        assertThatThrownBy(() -> bare.reportUsage(ReportUsageRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNAVAILABLE));
    }

    @Test
    void certificateOfAnotherAuthorityDoesNotGetThrough() throws Exception {
        var stranger = new TestAuthority();
        UsageServiceBlockingStub foreign =
                stub(authority.connectAs(stranger, port.getPort(), node.id));

        assertThatThrownBy(() -> foreign.reportUsage(ReportUsageRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNAVAILABLE));
    }

    @Test
    void portTakesNewKeysWithoutARestart() throws Exception {
        var successor = new TestAuthority();
        try {
            successor.writeNodePort(KEYS);
            TestAuthority.touch(KEYS);
            portKeys.load();

            ReportUsageResponse answer =
                    stub(successor.connect(port.getPort(), node.id))
                            .reportUsage(
                                    node.request(
                                            node.report(NOW.minus(WINDOW), attachment, 10, 1)));

            assertThat(answer.getDurableCount()).isEqualTo(1);
        } finally {
            authority.writeNodePort(KEYS);
            TestAuthority.touch(KEYS);
            portKeys.load();
        }
    }

    @Test
    void oldReportsAreRemovedTheirHoursStayAndTheyDoNotCountAgain() {
        ReportUsageRequest request =
                node.request(node.run(node.reports(NOW.minusSeconds(1_500), 3, attachment, 10, 1)));
        usage.reportUsage(request);
        clock.advance(Duration.ofDays(90).plusMinutes(1));
        ByteString young = node.report(clock.instant().minus(WINDOW), attachment, 10, 1);
        usage.reportUsage(node.request(young));

        upkeep.prune();

        assertThat(kept()).containsExactly(young);
        assertThat(used(NOW.minusSeconds(3_600), NOW)).isEqualTo(new Usage(30, 3, 0, 0, 3, 0));
        ReportUsageResponse again = usage.reportUsage(request);
        assertThat(again.getDurable(0).getUpToSequence()).isEqualTo(3);
        assertThat(kept()).containsExactly(young);
        assertThat(used(NOW.minusSeconds(3_600), NOW)).isEqualTo(new Usage(30, 3, 0, 0, 3, 0));
    }

    private void assertSetAside(ReportUsageResponse answer, long sequence, String code) {
        assertThat(answer.getDurable(0).getUpToSequence()).isEqualTo(sequence);
        assertThat(answer.getDurable(0).getSetAsideList())
                .singleElement()
                .satisfies(aside -> {
                    assertThat(aside.getSequence()).isEqualTo(sequence);
                    assertThat(aside.getReason()).startsWith(code + ": ");
                });
    }

    private static void assertRefused(ThrowingCallable call, Status.Code code, String why) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> {
                            assertThat(e.getStatus().getCode()).isEqualTo(code);
                            assertThat(e.getStatus().getDescription()).isEqualTo(why);
                        });
    }

    private Usage used() {
        return used(NOW.minusSeconds(2 * 3_600), NOW.plusSeconds(2 * 3_600));
    }

    private Usage used(Instant from, Instant to) {
        return metering.used(List.of(attachment), from, to).get(attachment);
    }

    private List<ByteString> kept() {
        return db
                .sql("select signed from usage_report where node_id = :node order by sequence")
                .param("node", node.id.bytes())
                .query(byte[].class)
                .list()
                .stream()
                .map(ByteString::copyFrom)
                .toList();
    }

    /** Reasons of the facts about this node that wait in the outbox. */
    private List<String> told() throws InvalidProtocolBufferException {
        var told = new ArrayList<String>();
        for (byte[] payload :
                db.sql(
                                "select payload from outbox where topic = :topic and key = :node order by id")
                        .param("topic", MeterEvents.TOPIC)
                        .param("node", node.id.hex())
                        .query(byte[].class)
                        .list()) {
            told.add(MeterEvent.parseFrom(payload).getSetAside().getReason());
        }
        return told;
    }

    private UsageServiceBlockingStub stub(ManagedChannel channel) {
        channels.add(channel);
        return UsageServiceGrpc.newBlockingStub(channel).withDeadlineAfter(Duration.ofSeconds(20));
    }
}
