package org.coopmesh.nodeagent.release;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.coopmesh.contracts.membership.v1.ReleaseFile;
import org.coopmesh.contracts.membership.v1.ReleaseManifest;
import org.coopmesh.nodeagent.identity.Ed25519Key;

/**
 * What a release signer runs, on a machine of their own: makes manifest, signature and files for the folder that membership
 * offers. No part of what a node carries.
 */
public final class ReleaseMaker {
    private static final String USAGE =
            "usage: ReleaseMaker <key.pem of openssl genpkey -algorithm ed25519> <days it may be taken> <folder>"
                    + " <architecture>=<zip> …";
    private static final int ARGUMENTS_BEFORE_FILES = 3;

    private ReleaseMaker() {}

    /** Makes one release. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length <= ARGUMENTS_BEFORE_FILES) {
            System.err.println(USAGE);
            System.exit(2);
        }
        Map<String, Path> files = new LinkedHashMap<>();
        for (String file :
                Arrays.asList(arguments).subList(ARGUMENTS_BEFORE_FILES, arguments.length)) {
            int equals = file.indexOf('=');
            files.put(file.substring(0, equals), Path.of(file.substring(equals + 1)));
        }
        Path folder = Path.of(arguments[2]);
        byte[] secret = secret(Path.of(arguments[0]));
        Instant notAfter = Instant.now().plus(Duration.ofDays(Long.parseLong(arguments[1])));
        ReleaseManifest manifest = make(secret, notAfter, folder, files);
        System.out.println(
                "version "
                        + manifest.getVersion()
                        + ", to be taken until "
                        + notAfter
                        + ", in "
                        + folder
                        + "; nodes take it whose agent.conf says\nrelease-keys: "
                        + Base64.getEncoder().encodeToString(Ed25519Key.publicKeyOf(secret)));
    }

    /**
     * Writes it, with a share of nobody.
     *
     * @param secret of the signer's Ed25519 key
     * @param files by architecture; the version is that of the agent in them
     */
    static ReleaseManifest make(
            byte[] secret, Instant notAfter, Path folder, Map<String, Path> files)
            throws IOException {
        ReleaseManifest.Builder manifest =
                ReleaseManifest.newBuilder()
                        .setNotAfter(Timestamp.newBuilder().setSeconds(notAfter.getEpochSecond()));
        Files.createDirectories(folder);
        for (var entry : files.entrySet()) {
            String version = versionIn(entry.getValue()).text();
            if (!manifest.getVersion().isEmpty() && !manifest.getVersion().equals(version)) {
                throw new IllegalArgumentException("files of different versions");
            }
            byte[] content = Files.readAllBytes(entry.getValue());
            if (content.length > Release.FILE_BYTES_MAX) {
                throw new IllegalArgumentException(entry.getValue() + " is too large");
            }
            byte[] hash = Release.digest().digest(content);
            Files.write(folder.resolve(HexFormat.of().formatHex(hash)), content);
            manifest.setVersion(version)
                    .addFiles(
                            ReleaseFile.newBuilder()
                                    .setArchitecture(entry.getKey())
                                    .setSha256(ByteString.copyFrom(hash))
                                    .setSize(content.length));
        }
        byte[] bytes = manifest.build().toByteArray();
        byte[] message = Release.signed(bytes);
        Files.writeString(folder.resolve("share"), "0\n");
        Files.write(folder.resolve("signature"), Ed25519Key.sign(secret, message));
        Files.write(folder.resolve("manifest"), bytes);
        return manifest.build();
    }

    private static Version versionIn(Path zip) throws IOException {
        try (var file = new ZipFile(zip.toFile())) {
            ZipEntry entry = file.getEntry("node-agent.jar");
            if (entry == null) throw new IllegalArgumentException("no node-agent.jar in " + zip);
            byte[] bytes = file.getInputStream(entry).readAllBytes();
            try (var jar = new JarInputStream(new ByteArrayInputStream(bytes))) {
                String said =
                        String.valueOf(
                                jar.getManifest()
                                        .getMainAttributes()
                                        .get(Attributes.Name.IMPLEMENTATION_VERSION));
                return Version.ofProgram(said)
                        .orElseThrow(() ->
                                new IllegalArgumentException("version without numbers: " + said));
            }
        }
    }

    private static byte[] secret(Path file) throws IOException {
        String text = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
        return Ed25519Key.secretIn(Base64.getMimeDecoder().decode(text));
    }
}
