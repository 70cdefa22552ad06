package org.coopmesh.nodeagent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class EnrolmentTest {
    @TempDir Path directory;
    private TestCoop coop;
    private final List<Instant> serverTimes = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        coop = new TestCoop();
    }

    @AfterEach
    void stop() throws Exception {
        coop.close();
    }

    @Test
    void aCodeBecomesACertificateForBothKeys() throws Exception {
        NodeIdentity identity =
                enrolment().enrol("0123-4567-89ab-cdef-ghjk-mnpq-rs", serverTimes::add);

        assertThat(coop.enrolled).containsExactly(identity.nodeId());
        assertThat(identity.nodeId()).matches("[0-9a-f]{64}");
        assertThat(identity.certificate().getSubjectAlternativeNames().iterator().next().get(1))
                .isEqualTo("coopmesh:node:" + identity.nodeId());
        assertThat(identity.listKeys()).containsOnlyKeys("k1");
        assertThat(identity.coopName()).isEqualTo("Test co-op");
        assertThat(serverTimes).hasSize(1);
    }

    @Test
    void secretsAreReadableByTheirOwnerOnly() throws Exception {
        Path state = directory.resolve("state");
        new Enrolment(
                        state,
                        coop.target(),
                        coop.fingerprint(),
                        "1",
                        InstantSource.system(),
                        new Random())
                .enrol(TestCoop.CODE, serverTimes::add);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(state)) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void onceEnrolledNobodyIsAsked() throws Exception {
        Enrolment enrolment = enrolment();
        NodeIdentity first = enrolment.enrol(TestCoop.CODE, serverTimes::add);
        coop.close();

        NodeIdentity second = enrolment.known().orElseThrow();

        assertThat(second.nodeId()).isEqualTo(first.nodeId());
        assertThat(second.certificate()).isEqualTo(first.certificate());
    }

    @Test
    void aServerOfAnotherAuthorityIsRefused() {
        String wrong = "ab".repeat(32);
        var enrolment =
                new Enrolment(
                        directory, coop.target(), wrong, "1", InstantSource.system(), new Random());

        assertThatThrownBy(() -> enrolment.enrol(TestCoop.CODE, serverTimes::add))
                .isInstanceOf(EnrolmentRefused.class)
                .hasMessageContaining("fingerprint");
        assertThat(coop.enrolled).isEmpty();
    }

    @Test
    void aServerThatShowsOurAuthorityButIsNotSignedByItIsRefused() throws Exception {
        try (TestCoop other = new TestCoop()) {
            var chain =
                    new java.security.cert.X509Certificate[] {
                        other.identity(directory.resolve("other")).certificate(), coop.authority
                    };

            assertThatThrownBy(() ->
                            CoopTrust.fingerprint(coop.fingerprint())
                                    .checkServerTrusted(chain, "ECDHE_ECDSA"))
                    .isInstanceOf(java.security.cert.CertificateException.class);
        }
    }

    @Test
    void aWrongCodeIsRefusedAndNotRepeated() {
        assertThatThrownBy(() -> enrolment().enrol("ZZZZZZZZZZZZZZZZZZZZZZZZZZ", serverTimes::add))
                .isInstanceOf(EnrolmentRefused.class)
                .hasMessageContaining("PERMISSION_DENIED");
    }

    @Test
    void aUsedCodeIsRefusedToAnotherKey() throws Exception {
        enrolment().enrol(TestCoop.CODE, serverTimes::add);
        var thief =
                new Enrolment(
                        directory.resolve("thief"),
                        coop.target(),
                        coop.fingerprint(),
                        "1",
                        InstantSource.system(),
                        new Random());

        assertThatThrownBy(() -> thief.enrol(TestCoop.CODE, serverTimes::add))
                .isInstanceOf(EnrolmentRefused.class);
    }

    @Test
    void withoutACodeAndACertificateItSaysWhatIsMissing() {
        assertThatThrownBy(() -> enrolment().enrol("", serverTimes::add))
                .isInstanceOf(EnrolmentRefused.class)
                .hasMessageContaining("enrolment-code is missing");
    }

    @Test
    void killedBetweenKeysAndEnrolmentItGoesOnWithTheSameKeys() throws Exception {
        String nodeId = NodeKeys.loadOrMake(directory).nodeId();

        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);

        assertThat(identity.nodeId()).isEqualTo(nodeId);
    }

    @Test
    void killedBetweenTheTwoKeysItMakesTheOneThatIsMissing() throws Exception {
        String nodeId = NodeKeys.loadOrMake(directory).nodeId();
        Files.delete(directory.resolve("tls.key"));
        Files.write(directory.resolve("tls.key.new"), new byte[] {1});

        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);

        assertThat(identity.nodeId()).isEqualTo(nodeId);
    }

    @Test
    void anAnswerThatWasLostIsAskedForAgain() throws Exception {
        coop.loseAnswer = true;

        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);

        assertThat(coop.enrolled).containsExactly(identity.nodeId(), identity.nodeId());
    }

    @Test
    void aServerThatIsDownIsWaitedFor() throws Exception {
        coop.enrolFault = Status.UNAVAILABLE;
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        Thread.sleep(1_500);
                    } catch (InterruptedException stopped) {
                        return;
                    }
                    coop.enrolFault = Status.OK;
                });

        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);

        assertThat(coop.enrolled).containsExactly(identity.nodeId());
    }

    @Test
    void aDamagedAnswerOnDiskIsAskedForAgain() throws Exception {
        NodeIdentity first = enrolment().enrol(TestCoop.CODE, serverTimes::add);
        byte[] bytes = Files.readAllBytes(directory.resolve("enrolled"));
        bytes[bytes.length / 2] ^= 1;
        Files.write(directory.resolve("enrolled"), bytes);

        NodeIdentity second = enrolment().enrol(TestCoop.CODE, serverTimes::add);

        assertThat(second.nodeId()).isEqualTo(first.nodeId());
        assertThat(coop.enrolled).hasSize(2);
    }

    @Test
    void aDamagedKeyIsNeverReplaced() throws Exception {
        enrolment().enrol(TestCoop.CODE, serverTimes::add);
        byte[] damaged =
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".getBytes();
        Files.write(directory.resolve("identity.key"), damaged);

        assertThatThrownBy(() -> enrolment().enrol(TestCoop.CODE, serverTimes::add))
                .isInstanceOf(IdentityDamaged.class)
                .hasMessageContaining("identity.key");
        assertThat(Files.readAllBytes(directory.resolve("identity.key"))).isEqualTo(damaged);
    }

    @Test
    void aCertificateIsRenewedAtTwoThirdsOverItsOwnConnection() throws Exception {
        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);
        var before = identity.certificate();
        Instant due = Enrolment.renewalDue(before);
        assertThat(Duration.between(before.getNotBefore().toInstant(), due).toDays()).isEqualTo(60);

        var later =
                new Enrolment(
                        directory,
                        coop.target(),
                        coop.fingerprint(),
                        "1",
                        InstantSource.fixed(due.plusSeconds(1)),
                        new Random());
        coop.certificateLife = Duration.ofDays(365);
        try (Channels channels = new Channels(identity, coop.target(), coop.target())) {
            Thread renewing =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    later.keepFresh(identity, channels.membership(), "");
                                } catch (InterruptedException stopped) {
                                    // The test is over.
                                }
                            });
            while (identity.certificate().equals(before)) Thread.sleep(20);
            renewing.interrupt();
            renewing.join();
        }

        assertThat(coop.renewals).hasValue(1);
        assertThat(enrolment().known().orElseThrow().certificate())
                .isEqualTo(identity.certificate());
    }

    @Test
    void aCertificateThatRanOutIsReplacedByANewCodeWithTheSameKeyWhileTheAgentRuns()
            throws Exception {
        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);
        var before = identity.certificate();
        Instant after = before.getNotAfter().toInstant().plusSeconds(1);

        keepFreshUntilAnother(enrolmentAt(after), identity, TestCoop.CODE);

        assertThat(coop.enrolled).containsExactly(identity.nodeId(), identity.nodeId());
        assertThat(coop.renewals).hasValue(0);
    }

    @Test
    void aCertificateThatAPersonFetchedIsTakenUpByTheRunningAgent() throws Exception {
        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);
        var before = identity.certificate();
        coop.certificateLife = Duration.ofDays(365);
        NodeIdentity fetched = enrolment().enrolOnce(TestCoop.CODE);

        keepFreshUntilAnother(enrolment(), identity, "");

        assertThat(identity.certificate()).isEqualTo(fetched.certificate()).isNotEqualTo(before);
    }

    @Test
    void aNodeWhoseCertificateRanOutIsKnownWithoutAskingAnybody() throws Exception {
        NodeIdentity first = enrolment().enrol(TestCoop.CODE, serverTimes::add);
        Instant after = first.certificate().getNotAfter().toInstant().plusSeconds(1);

        assertThat(enrolmentAt(after).known()).isPresent();
        assertThat(coop.enrolled).hasSize(1);
    }

    @Test
    void aClockThatIsYearsOffIsWaitedForAndIsNoRefusal() throws Exception {
        coop.close();
        coop = new TestCoop(Duration.ofSeconds(-1));

        assertThatThrownBy(() -> enrolment().enrolOnce(TestCoop.CODE))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining("set the clock");
    }

    @Test
    void aServerThatIsNotThereIsNamedWithItsCause() throws Exception {
        String target = coop.target();
        String fingerprint = coop.fingerprint();
        coop.close();
        var enrolment =
                new Enrolment(
                        directory, target, fingerprint, "1", InstantSource.system(), new Random());

        assertThatThrownBy(() -> enrolment.enrolOnce(TestCoop.CODE))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining(target + " does not answer: nothing listens there");
    }

    @Test
    void keysThatTheCoopChangesAreLearnedBeforeTheySignAndTheCertificateFollows() throws Exception {
        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);
        String told = coop.fingerprint();
        var before = identity.certificate();

        whileItKeepsFresh(
                identity,
                () -> {
                    coop.announce(true);
                    until(() -> identity.listKeys().keySet().equals(Set.of("k1", "k2")));
                    until(() ->
                            coop.said.getLast().getAuthoritiesCount() == 2
                                    && coop.said.getLast().getAccessListKeysCount() == 2);
                    assertThat(identity.certificate()).isEqualTo(before);
                    coop.use();
                    until(() -> !identity.certificate().equals(before));
                    until(() -> coop.said.getLast().getIssuer().equals(coop.signingFingerprint()));
                    coop.retire();
                    until(() -> identity.listKeys().keySet().equals(Set.of("k2")));
                });

        assertThat(coop.renewals).hasValue(1);
        assertThat(coop.enrolled).hasSize(1);
        NodeIdentity restarted = enrolment().known().orElseThrow();
        assertThat(restarted.certificate()).isEqualTo(identity.certificate());
        assertThat(restarted.listKeys()).containsOnlyKeys("k2");
        assertThat(restarted.isOf(told)).as("agent.conf still names the one before").isTrue();
        assertThat(restarted.isOf("ab".repeat(32))).isFalse();
        NodeIdentity anew = enrolment().enrolOnce(TestCoop.CODE);
        assertThat(anew.nodeId()).isEqualTo(identity.nodeId());
    }

    @Test
    void keysForWhichNobodySpeaksAreNotTaken() throws Exception {
        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);

        whileItKeepsFresh(
                identity,
                () -> {
                    coop.announce(false);
                    int asked = coop.said.size();
                    until(() -> coop.said.size() > asked + 2);
                });

        assertThat(identity.listKeys()).containsOnlyKeys("k1");
        assertThat(coop.said.getLast().getAuthoritiesList()).containsExactly(coop.fingerprint());
        try (Channels channels = new Channels(identity, coop.target(), coop.target())) {
            assertThat(enrolment().renew(identity, channels.membership())).isTrue();
        }
        assertThat(identity.listKeys()).containsOnlyKeys("k1");
        assertThat(identity.enrolled().authorities()).containsExactly(coop.authority);
    }

    @Test
    void aCertificateOfAnAuthorityForWhichNobodySpeaksIsNotTaken() throws Exception {
        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);
        var before = identity.certificate();

        try (Channels channels = new Channels(identity, coop.target(), coop.target())) {
            assertThat(enrolment().renew(identity, channels.membership())).isTrue();
            var mine = identity.certificate();
            coop.announce(false);
            coop.use();

            assertThat(enrolment().renew(identity, channels.membership())).isFalse();
            assertThat(identity.certificate()).isEqualTo(mine).isNotEqualTo(before);
        }
        assertThat(enrolment().known().orElseThrow().certificate())
                .isEqualTo(identity.certificate());
    }

    @Test
    void aServerThatKnowsNothingOfChangingKeysIsServedAsBefore() throws Exception {
        coop.knowsTrust = false;
        NodeIdentity identity = enrolment().enrol(TestCoop.CODE, serverTimes::add);

        try (Channels channels = new Channels(identity, coop.target(), coop.target())) {
            assertThat(enrolment().renew(identity, channels.membership())).isTrue();
        }
        whileItKeepsFresh(identity, () -> Thread.sleep(1_500));

        assertThat(coop.said).isEmpty();
        assertThat(identity.listKeys()).containsOnlyKeys("k1");
    }

    private interface Step {
        void take() throws Exception;
    }

    private interface Fact {
        boolean holds() throws Exception;
    }

    private static void until(Fact fact) throws Exception {
        while (!fact.holds()) Thread.sleep(20);
    }

    private void whileItKeepsFresh(NodeIdentity identity, Step step) throws Exception {
        try (Channels channels = new Channels(identity, coop.target(), coop.target())) {
            Thread keeping =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    enrolment().keepFresh(identity, channels.membership(), "");
                                } catch (Exception stopped) {
                                    // The test is over.
                                }
                            });
            step.take();
            keeping.interrupt();
            keeping.join();
        }
    }

    private void keepFreshUntilAnother(Enrolment enrolment, NodeIdentity identity, String code)
            throws Exception {
        var before = identity.certificate();
        try (Channels channels = new Channels(identity, coop.target(), coop.target())) {
            Thread keeping =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    enrolment.keepFresh(identity, channels.membership(), code);
                                } catch (InterruptedException stopped) {
                                    // The test is over.
                                }
                            });
            while (identity.certificate().equals(before)) Thread.sleep(20);
            keeping.interrupt();
            keeping.join();
        }
    }

    private Enrolment enrolmentAt(Instant now) throws Exception {
        return new Enrolment(
                directory,
                coop.target(),
                coop.fingerprint(),
                "1",
                InstantSource.fixed(now),
                new Random());
    }

    private Enrolment enrolment() throws Exception {
        return new Enrolment(
                directory,
                coop.target(),
                coop.fingerprint(),
                "1",
                InstantSource.system(),
                new Random());
    }
}
