package org.coopmesh.nodeagent.release;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.coopmesh.contracts.membership.v1.FetchPieceRequest;
import org.coopmesh.contracts.membership.v1.ReleaseOffer;
import org.coopmesh.contracts.membership.v1.ReleaseServiceGrpc;
import org.coopmesh.contracts.membership.v1.ReleaseState;
import org.coopmesh.contracts.membership.v1.ReleaseState.Step;
import org.coopmesh.nodeagent.identity.Ed25519Key;
import org.coopmesh.nodeagent.release.ReleaseRefused.Trouble;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up the release that the co-op offers, when it is this node's turn; the door of this capability. It never takes an older
 * version, nor one that no configured signer signed, nor one that failed here before.
 */
public final class Updates {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration REHEARSAL_MAX = Duration.ofMinutes(3);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** At most 128 KiB in that time: a household's line stays usable. */
    private static final Duration PIECE_PAUSE = Duration.ofMillis(100);

    private static final int PIECE_BYTES_MAX = 128 << 10;

    /** File, folder and cache together, as a multiple of the file, and what is left to the spool. */
    private static final int ROOM_FACTOR = 5;

    private static final long ROOM_LEFT_BYTES = 64L << 20;
    private static final Logger log = LoggerFactory.getLogger(Updates.class);

    private final Settings settings;
    private final Channel membership;
    private final String nodeId;
    private final String running;
    private final Versions versions;
    private final InstantSource clock;
    private final BooleanSupplier usageAccepted;
    private final RandomGenerator random;
    private final Runnable restart;
    private volatile @Nullable ReleaseOffer offer;
    private volatile Optional<ReleaseState> state = Optional.empty();
    private volatile boolean answered;
    private boolean proved;
    private @Nullable ReleaseOffer settled;
    private long nextTryNanos = System.nanoTime();

    /**
     * What can be set.
     *
     * @param directory of the versions
     * @param signers SubjectPublicKeyInfo, DER, Ed25519; empty: no release is taken
     * @param trial how long a new version has to show that it reports
     * @param spreadMax nodes begin to fetch at a random moment within this, and try again after as long
     */
    public record Settings(
            Path directory, List<byte[]> signers, Duration trial, Duration spreadMax) {}

    /**
     * Looks at nothing yet.
     *
     * @param running what this program says that it is
     * @param usageAccepted whether billing has taken a report of this process
     * @param restart ends the process, for its supervisor to start what is current then
     */
    public Updates(
            Settings settings,
            Channel membership,
            String nodeId,
            String running,
            InstantSource clock,
            BooleanSupplier usageAccepted,
            RandomGenerator random,
            Runnable restart) {
        this.settings = settings;
        this.membership = membership;
        this.nodeId = nodeId;
        this.running = running;
        this.versions = new Versions(settings.directory());
        this.clock = clock;
        this.usageAccepted = usageAccepted;
        this.random = random;
        this.restart = restart;
    }

    /** Membership answered a topology report, and offers this; the default instance is no offer. */
    public void answered(ReleaseOffer now) {
        offer = now.equals(ReleaseOffer.getDefaultInstance()) ? null : now;
        answered = true;
    }

    /** For the next topology report. */
    public Optional<ReleaseState> state() {
        return state;
    }

    /** Proves this version, and takes up others, until interrupted. */
    public void run() throws InterruptedException {
        List<Ed25519Key> signers = settings.signers().stream().map(Ed25519Key::read).toList();
        tellWhatFailed();
        while (true) {
            prove();
            ReleaseOffer now = offer;
            boolean due = System.nanoTime() - nextTryNanos >= 0;
            if (proved && now != null && !signers.isEmpty() && !now.equals(settled) && due) {
                consider(now, signers);
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    private void tellWhatFailed() {
        try {
            List<Versions.Failure> failures = versions.failures();
            if (failures.isEmpty()) return;
            Versions.Failure last = failures.getLast();
            state = Optional.of(state(last.version(), Step.STEP_ROLLED_BACK, last.why()));
            log.atWarn()
                    .addKeyValue("version", last.version())
                    .addKeyValue("why", last.why())
                    .log("a release was left again");
        } catch (IOException unreadable) {
            log.atWarn().addKeyValue("why", unreadable.getMessage()).log("releases not readable");
        }
    }

    /** This version is good once it was answered by membership and by billing. */
    private void prove() {
        if (proved) return;
        try {
            Optional<String> tried = versions.tried();
            if (tried.isEmpty()) {
                proved = true;
                return;
            }
            if (!Version.ofProgram(running).equals(Optional.of(new Version(tried.get())))) {
                // A start script that knows nothing of releases: without one that goes back,
                // nothing is tried
                if (state.isEmpty()) tell(tried.get(), Trouble.RELEASE_NOT_STARTED, running);
                return;
            }
            state = Optional.of(state(tried.get(), Step.STEP_TRYING, ""));
            if (!answered || !usageAccepted.getAsBoolean()) return;
            versions.confirm();
            proved = true;
            state = Optional.of(state(tried.get(), Step.STEP_TAKEN, ""));
            log.atInfo().addKeyValue("version", tried.get()).log("release taken");
        } catch (IOException | IllegalArgumentException failed) {
            log.atWarn().addKeyValue("why", failed.getMessage()).log("release not confirmed");
        }
    }

    private void consider(ReleaseOffer now, List<Ed25519Key> signers) throws InterruptedException {
        String version = "";
        try {
            Release release = Release.of(now, signers, running, architecture(), clock.instant());
            String offered = release.version().text();
            version = offered;
            if (versions.failures().stream().anyMatch(one -> one.version().equals(offered))) {
                throw new ReleaseRefused(Trouble.RELEASE_FAILED_BEFORE, version);
            }
            if (!release.isTurnOf(nodeId, now.getSharePermille())) {
                // Asked again when the share has grown: then the offer is another
                settled = now;
                state = Optional.of(state(version, Step.STEP_WAITING, ""));
                return;
            }
            state = Optional.of(state(version, Step.STEP_FETCHING, ""));
            Thread.sleep(random.nextLong(settings.spreadMax().toMillis() + 1));
            take(release);
        } catch (ReleaseRefused refused) {
            boolean passes = refused.trouble().passes();
            if (!passes) settled = now;
            tell(version, refused.trouble(), String.valueOf(refused.getMessage()));
        } catch (IOException failed) {
            tell(version, Trouble.RELEASE_NO_ROOM, String.valueOf(failed));
        }
        nextTryNanos = System.nanoTime() + settings.spreadMax().toNanos();
    }

    private void tell(String version, Trouble trouble, String why) {
        // What runs already is what was wanted
        if (trouble == Trouble.RELEASE_NOT_NEWER) return;
        if (trouble != Trouble.RELEASE_FAILED_BEFORE) {
            Step step = trouble.passes() ? Step.STEP_FETCHING : Step.STEP_REFUSED;
            state = Optional.of(state(version, step, trouble.code()));
        }
        log.atWarn()
                .addKeyValue("code", trouble.code())
                .addKeyValue("version", version)
                .addKeyValue("why", why)
                .log("release not taken");
    }

    private void take(Release release) throws IOException, ReleaseRefused, InterruptedException {
        Path part = versions.part(release);
        long there = Files.exists(part) ? Files.size(part) : 0;
        long room = Files.getFileStore(part.getParent()).getUsableSpace();
        if (room < release.size() * ROOM_FACTOR + ROOM_LEFT_BYTES - there) {
            throw new ReleaseRefused(Trouble.RELEASE_NO_ROOM, room + " bytes are free");
        }
        fetch(release, part);
        Path folder = versions.unpack(release, part);
        Files.delete(part);
        rehearse(folder);
        versions.takeUp(release.version(), settings.trial());
        log.atInfo().addKeyValue("version", release.version()).log("release is tried");
        restart.run();
    }

    /** Goes on where the part ends; a part that is not what the manifest says is thrown away. */
    private void fetch(Release release, Path part)
            throws IOException, ReleaseRefused, InterruptedException {
        try (FileChannel out =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (out.size() > release.size()) out.truncate(0);
            for (long at = out.size(); at < release.size(); at = out.size()) {
                ByteString piece = piece(release, at);
                if (piece.isEmpty()
                        || piece.size() > PIECE_BYTES_MAX
                        || piece.size() > release.size() - at) {
                    throw new ReleaseRefused(
                            Trouble.RELEASE_NOT_FETCHED, "a piece of " + piece.size() + " bytes");
                }
                ByteBuffer bytes = piece.asReadOnlyByteBuffer();
                while (bytes.hasRemaining()) out.write(bytes, out.size());
                Thread.sleep(PIECE_PAUSE);
            }
            out.force(true);
        }
        if (!hash(part).equals(release.sha256())) {
            Files.delete(part);
            throw new ReleaseRefused(Trouble.RELEASE_FILE_WRONG, "hash differs");
        }
    }

    private ByteString piece(Release release, long offset) throws ReleaseRefused {
        try {
            return ReleaseServiceGrpc.newBlockingStub(membership)
                    .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                    .fetchPiece(
                            FetchPieceRequest.newBuilder()
                                    .setSha256(release.sha256())
                                    .setOffset(offset)
                                    .build())
                    .getContent();
        } catch (StatusRuntimeException failed) {
            throw new ReleaseRefused(
                    Trouble.RELEASE_NOT_FETCHED, String.valueOf(failed.getStatus()));
        }
    }

    private static ByteString hash(Path file) throws IOException {
        MessageDigest digest = Release.digest();
        byte[] buffer = new byte[PIECE_BYTES_MAX];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return ByteString.copyFrom(digest.digest());
    }

    /** What cannot rehearse on this machine cannot run on it. Makes its cache, as installing does. */
    private static void rehearse(Path folder)
            throws IOException, ReleaseRefused, InterruptedException {
        Path cache = folder.resolve("agent.aot.new");
        var builder =
                new ProcessBuilder(
                        folder.resolve("coopmesh-agent").toString(), "rehearse", "simulated");
        builder.environment().put("COOPMESH_AGENT_CACHE_OUTPUT", cache.toString());
        builder.environment().put("COOPMESH_AGENT_CHOSEN", "yes");
        Process process =
                builder.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (!process.waitFor(REHEARSAL_MAX.toSeconds(), TimeUnit.SECONDS)) {
                throw new ReleaseRefused(Trouble.RELEASE_DOES_NOT_REHEARSE, "does not end");
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new ReleaseRefused(
                    Trouble.RELEASE_DOES_NOT_REHEARSE, "exit code " + process.exitValue());
        }
        if (Files.exists(cache)) Files.move(cache, folder.resolve("agent.aot"));
    }

    private static String architecture() {
        String machine = System.getProperty("os.arch", "");
        return switch (machine) {
            case "aarch64" -> "arm64";
            case "arm" -> "armhf";
            default -> machine;
        };
    }

    private static ReleaseState state(String version, Step step, String trouble) {
        return ReleaseState.newBuilder()
                .setVersion(version)
                .setStep(step)
                .setTrouble(trouble)
                .build();
    }
}
