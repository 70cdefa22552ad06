package org.coopmesh.nodeagent.release;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.coopmesh.contracts.membership.v1.ReleaseFile;
import org.coopmesh.contracts.membership.v1.ReleaseManifest;
import org.coopmesh.contracts.membership.v1.ReleaseOffer;
import org.coopmesh.nodeagent.identity.Ed25519Key;
import org.coopmesh.nodeagent.release.ReleaseRefused.Trouble;

/**
 * A version that may be taken on this machine: its signature fits, and it is newer than what runs.
 *
 * @param sha256 of the file
 * @param size of the file in bytes
 */
record Release(Version version, ByteString sha256, long size) {
    static final long FILE_BYTES_MAX = 64L << 20;
    private static final int FILES_MAX = 8;
    private static final int MANIFEST_BYTES_MAX = 8 << 10;
    private static final int HASH_BYTES = 32;
    private static final int THOUSAND = 1_000;
    private static final byte[] CONTEXT =
            "coopmesh-release-v1\0".getBytes(StandardCharsets.US_ASCII);

    /**
     * Reads and checks an offer.
     *
     * @param signers any of them counts
     * @param running what this program says that it is
     * @throws ReleaseRefused if it must not be taken
     */
    static Release of(
            ReleaseOffer offer,
            List<Ed25519Key> signers,
            String running,
            String architecture,
            Instant now)
            throws ReleaseRefused {
        byte[] bytes = offer.getManifest().toByteArray();
        if (bytes.length > MANIFEST_BYTES_MAX) {
            throw new ReleaseRefused(Trouble.RELEASE_MALFORMED, "manifest too long");
        }
        byte[] message = signed(bytes);
        byte[] signature = offer.getSignature().toByteArray();
        if (signers.stream().noneMatch(signer -> signer.signed(message, signature))) {
            throw new ReleaseRefused(Trouble.RELEASE_FORGED, "no configured signer signed it");
        }
        try {
            return of(ReleaseManifest.parseFrom(bytes), running, architecture, now);
        } catch (InvalidProtocolBufferException
                | IllegalArgumentException
                | DateTimeException malformed) {
            throw new ReleaseRefused(
                    Trouble.RELEASE_MALFORMED, String.valueOf(malformed.getMessage()));
        }
    }

    private static Release of(
            ReleaseManifest manifest, String running, String architecture, Instant now)
            throws ReleaseRefused {
        var version = new Version(manifest.getVersion());
        Optional<Version> mine = Version.ofProgram(running);
        if (mine.isEmpty() || !version.isNewerThan(mine.get())) {
            throw new ReleaseRefused(
                    Trouble.RELEASE_NOT_NEWER, version + " is not newer than " + running);
        }
        Instant notAfter = Instant.ofEpochSecond(manifest.getNotAfter().getSeconds());
        if (!now.isBefore(notAfter)) {
            throw new ReleaseRefused(Trouble.RELEASE_ENDED, "not after " + notAfter);
        }
        String least = manifest.getAgentVersionMin();
        if (!least.isEmpty() && new Version(least).isNewerThan(mine.get())) {
            throw new ReleaseRefused(
                    Trouble.RELEASE_WANTS_NEWER_AGENT, "takes an agent of " + least + " at least");
        }
        if (manifest.getFilesCount() > FILES_MAX) {
            throw new IllegalArgumentException("more than " + FILES_MAX + " files");
        }
        for (ReleaseFile file : manifest.getFilesList()) {
            if (!file.getArchitecture().equals(architecture)) continue;
            boolean sized = file.getSize() > 0 && file.getSize() <= FILE_BYTES_MAX;
            if (!sized || file.getSha256().size() != HASH_BYTES) {
                throw new IllegalArgumentException("size or hash out of range");
            }
            return new Release(version, file.getSha256(), file.getSize());
        }
        throw new ReleaseRefused(
                Trouble.RELEASE_NOT_FOR_THIS_MACHINE, "no file for " + architecture);
    }

    /** What is signed where {@code manifest} is. */
    static byte[] signed(byte[] manifest) {
        return ByteBuffer.allocate(CONTEXT.length + manifest.length)
                .put(CONTEXT)
                .put(manifest)
                .array();
    }

    /** Whether {@code nodeId} is among the first so many of a thousand; the same answer everywhere. */
    boolean isTurnOf(String nodeId, int permille) {
        byte[] hash = digest().digest((nodeId + " " + version).getBytes(StandardCharsets.UTF_8));
        long place = Integer.toUnsignedLong(ByteBuffer.wrap(hash).getInt()) % THOUSAND;
        return place < Integer.toUnsignedLong(permille);
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
