package org.coopmesh.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.coopmesh.contracts.membership.v1.FetchPieceRequest;
import org.coopmesh.contracts.membership.v1.FetchPieceResponse;
import org.coopmesh.contracts.membership.v1.ReleaseOffer;
import org.coopmesh.contracts.membership.v1.ReleaseServiceGrpc.ReleaseServiceImplBase;
import org.coopmesh.contracts.membership.v1.ReleaseState;
import org.coopmesh.contracts.membership.v1.ReleaseState.Step;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.ReportTopologyResponse;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc.TopologyServiceImplBase;
import org.coopmesh.nodeagent.identity.TestCoop;
import org.coopmesh.nodeagent.release.TestRelease;
import org.coopmesh.nodeagent.report.TestBilling;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real versions of the agent, the start script as it ships, and a supervisor that starts again what has ended. */
@Timeout(2_400)
class SelfUpdateIT {
    private static final Path BUILT = Path.of("target");
    private static final Duration SLOW = Duration.ofMinutes(8);

    /** For a version that shall pass, on a slow machine too. */
    private static final String PATIENT_TRIAL = "PT90S";

    /** For one that never will. */
    private static final String SHORT_TRIAL = "PT30S";

    private static final int PIECE_BYTES = 128 << 10;

    @TempDir Path directory;
    private final List<ReportTopologyRequest> told = new CopyOnWriteArrayList<>();
    private final Map<ByteString, byte[]> files = new HashMap<>();
    private final AtomicInteger pieces = new AtomicInteger();
    private volatile ReleaseOffer offer = ReleaseOffer.getDefaultInstance();
    private volatile boolean supervised = true;
    private volatile Process process;
    private Thread supervisor;
    private TestBilling billing;
    private TestCoop coop;

    @BeforeEach
    void install() throws Exception {
        Assumptions.assumeTrue(
                Files.exists(BUILT.resolve("node-agent.jar")), "needs the jar: mvn package");
        billing = new TestBilling();
        coop = new TestCoop(billing, new Topologies(), new Releases());
        Path installed = Files.createDirectories(directory.resolve("installed/lib"));
        try (Stream<Path> jars = Files.list(BUILT.resolve("lib"))) {
            for (Path jar : jars.toList()) Files.copy(jar, installed.resolve(jar.getFileName()));
        }
        Files.write(installed.resolveSibling("node-agent.jar"), jar("0.1.0"));
        Path script = installed.resolveSibling("coopmesh-agent");
        Files.copy(Path.of("src/dist/coopmesh-agent"), script);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        configure(PATIENT_TRIAL);
        supervisor = Thread.ofPlatform().start(this::supervise);
    }

    private void configure(String trial) throws Exception {
        Files.writeString(
                directory.resolve("agent.conf"),
                """
                state-dir: %s
                membership: %s
                billing: %s
                enrolment-code: %s
                ca-fingerprint: %s
                window: PT1S
                counters: simulated
                firewall: none
                release-keys: %s
                release-trial: %s
                release-spread: PT0S
                """
                        .formatted(
                                directory.resolve("state"),
                                coop.target(),
                                coop.target(),
                                TestCoop.CODE,
                                coop.fingerprint(),
                                TestRelease.signerText(),
                                trial));
    }

    @AfterEach
    void stop() throws Exception {
        supervised = false;
        // It may be about to start one more.
        while (supervisor != null && supervisor.isAlive()) {
            Process last = process;
            if (last != null) last.destroyForcibly();
            supervisor.join(100);
        }
        if (coop != null) coop.close();
        if (billing != null) billing.close();
    }

    @Test
    void aGoodVersionIsTakenUpAndABadOneIsLeftAgainAndTold() throws Exception {
        awaitVersion("0.1.0");

        // Not this node's turn
        byte[] good = release("0.2.0", script());
        offer = offer("0.2.0", good, 0);
        await(() -> last().getRelease().getStep() == Step.STEP_WAITING);
        assertThat(pieces).hasValue(0);

        // A line that breaks: it goes on where it was
        offer = offer("0.2.0", good, 1_000);
        awaitVersion("0.2.0");
        await(() -> last().getRelease().equals(state("0.2.0", Step.STEP_TAKEN, "")));
        assertThat(pieces.get())
                .isBetween(good.length / PIECE_BYTES, good.length / PIECE_BYTES + 4);
        assertThat(releases().resolve("trial")).doesNotExist();

        // Rehearses, runs, and never reports
        byte[] mute =
                release(
                        "0.3.0",
                        "#!/bin/sh\n[ \"$1\" != rehearse ] || exit 0\nexec sleep 600\n"
                                .getBytes(StandardCharsets.US_ASCII));
        configure(SHORT_TRIAL);
        int restarted = told.size();
        process.destroyForcibly();
        await(() -> told.size() > restarted + 1);
        int before = told.size();
        offer = offer("0.3.0", mute, 1_000);
        await(() -> Files.exists(releases().resolve("failed")));
        await(() ->
                told.size() > before
                        && last().getRelease()
                                .equals(state("0.3.0", Step.STEP_ROLLED_BACK, "no-report")));
        assertThat(last().getAgentVersion()).isEqualTo("0.2.0");
        assertThat(Files.readSymbolicLink(releases().resolve("current"))).hasToString("0.2.0");
        assertThat(releases().resolve("0.3.0")).doesNotExist();

        // It is not tried again, and an older one never
        int fetched = pieces.get();
        int now = told.size();
        await(() -> told.size() > now + 2);
        offer = offer("0.1.5", good, 1_000);
        int later = told.size();
        await(() -> told.size() > later + 2);
        assertThat(pieces).hasValue(fetched);
        assertThat(last().getAgentVersion()).isEqualTo("0.2.0");
        assertThat(billing.conflicts).isZero();
        System.out.printf(
                "taken up in %d pieces, left again; %d topology reports, %d usage reports%n",
                fetched, told.size(), billing.chain().size());
    }

    private byte[] script() throws IOException {
        return Files.readAllBytes(Path.of("src/dist/coopmesh-agent"));
    }

    private ReleaseOffer offer(String version, byte[] file, int permille) {
        var manifest = TestRelease.manifest(version, file).build();
        files.put(manifest.getFiles(0).getSha256(), file);
        return TestRelease.signed(manifest, permille);
    }

    private byte[] release(String version, byte[] script) throws Exception {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("coopmesh-agent", script);
        entries.put("node-agent.jar", jar(version));
        try (Stream<Path> jars = Files.list(BUILT.resolve("lib"))) {
            for (Path jar : jars.sorted().toList()) {
                entries.put("lib/" + jar.getFileName(), Files.readAllBytes(jar));
            }
        }
        return TestRelease.zip(entries);
    }

    /** The jar that was built, as another version of itself. */
    private static byte[] jar(String version) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var in = new JarInputStream(Files.newInputStream(BUILT.resolve("node-agent.jar")))) {
            var manifest = in.getManifest();
            manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
            try (var out = new JarOutputStream(bytes, manifest)) {
                for (var entry = in.getNextJarEntry();
                        entry != null;
                        entry = in.getNextJarEntry()) {
                    if (entry.getName().equals(JarFile.MANIFEST_NAME)) continue;
                    out.putNextEntry(new java.util.zip.ZipEntry(entry.getName()));
                    in.transferTo(out);
                    out.closeEntry();
                }
            }
        }
        return bytes.toByteArray();
    }

    private Path releases() {
        return directory.resolve("state/releases");
    }

    private ReportTopologyRequest last() {
        return told.isEmpty() ? ReportTopologyRequest.getDefaultInstance() : told.getLast();
    }

    private void awaitVersion(String version) throws Exception {
        await(() -> last().getAgentVersion().equals(version));
    }

    private void await(java.util.concurrent.Callable<Boolean> fact) throws Exception {
        try {
            Awaitility.await().atMost(SLOW).until(fact);
        } catch (org.awaitility.core.ConditionTimeoutException late) {
            throw new AssertionError(
                    Files.readString(directory.resolve("output")) + "\nlast told: " + last(), late);
        }
    }

    private void supervise() {
        try {
            while (supervised) {
                var builder =
                        new ProcessBuilder(
                                directory.resolve("installed/coopmesh-agent").toString(),
                                directory.resolve("agent.conf").toString());
                builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
                process =
                        builder.redirectErrorStream(true)
                                .redirectOutput(
                                        ProcessBuilder.Redirect.appendTo(
                                                directory.resolve("output").toFile()))
                                .start();
                process.waitFor();
                Thread.sleep(300);
            }
        } catch (IOException | InterruptedException ended) {
            throw new IllegalStateException(ended);
        }
    }

    private static ReleaseState state(String version, Step step, String trouble) {
        return ReleaseState.newBuilder()
                .setVersion(version)
                .setStep(step)
                .setTrouble(trouble)
                .build();
    }

    private final class Topologies extends TopologyServiceImplBase {
        @Override
        public void reportTopology(
                ReportTopologyRequest request, StreamObserver<ReportTopologyResponse> response) {
            told.add(request);
            var answer = ReportTopologyResponse.newBuilder();
            if (!offer.equals(ReleaseOffer.getDefaultInstance())) answer.setRelease(offer);
            response.onNext(answer.build());
            response.onCompleted();
        }
    }

    /** As the contract has it; its fifth answer is lost. */
    private final class Releases extends ReleaseServiceImplBase {
        @Override
        public void fetchPiece(
                FetchPieceRequest request, StreamObserver<FetchPieceResponse> response) {
            byte[] file = files.get(request.getSha256());
            if (file == null) {
                response.onError(Status.NOT_FOUND.asException());
                return;
            }
            if (pieces.incrementAndGet() == 5) {
                response.onError(Status.UNAVAILABLE.asException());
                return;
            }
            int from = Math.toIntExact(request.getOffset());
            int bytes = Math.min(PIECE_BYTES, file.length - from);
            response.onNext(
                    FetchPieceResponse.newBuilder()
                            .setContent(ByteString.copyFrom(file, from, bytes))
                            .build());
            response.onCompleted();
        }
    }
}
