package org.coopmesh.nodeagent.release;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.coopmesh.contracts.membership.v1.ReleaseFile;
import org.coopmesh.contracts.membership.v1.ReleaseManifest;
import org.coopmesh.contracts.membership.v1.ReleaseOffer;
import org.coopmesh.nodeagent.identity.Ed25519Key;

/** Releases as their signers make them. */
public final class TestRelease {
    private static final byte[] SECRET = new byte[32];

    static {
        Arrays.fill(SECRET, (byte) 7);
    }

    private TestRelease() {}

    public static byte[] signerKey() {
        return Ed25519Key.publicKeyOf(SECRET);
    }

    /** As agent.conf has it. */
    public static String signerText() {
        return Base64.getEncoder().encodeToString(signerKey());
    }

    public static ReleaseManifest.Builder manifest(String version, byte[] file) {
        return ReleaseManifest.newBuilder()
                .setVersion(version)
                .setNotAfter(
                        Timestamp.newBuilder()
                                .setSeconds(Instant.now().plusSeconds(3_600).getEpochSecond()))
                .addFiles(
                        ReleaseFile.newBuilder()
                                .setArchitecture(System.getProperty("os.arch", ""))
                                .setSize(file.length)
                                .setSha256(ByteString.copyFrom(Release.digest().digest(file))));
    }

    public static ReleaseOffer signed(ReleaseManifest manifest, int permille) {
        return signed(manifest.toByteArray(), permille);
    }

    static ReleaseOffer signed(byte[] manifest, int permille) {
        byte[] context = "coopmesh-release-v1\0".getBytes(StandardCharsets.US_ASCII);
        byte[] message = Arrays.copyOf(context, context.length + manifest.length);
        System.arraycopy(manifest, 0, message, context.length, manifest.length);
        return ReleaseOffer.newBuilder()
                .setManifest(ByteString.copyFrom(manifest))
                .setSignature(ByteString.copyFrom(Ed25519Key.sign(SECRET, message)))
                .setSharePermille(permille)
                .build();
    }

    public static byte[] zip(Map<String, byte[]> entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
