package org.coopmesh.membership.node;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * The Ed25519 key that signs access lists, made at the first start, and the one that takes its place. Nodes learn the public
 * halves when they enrol and when they ask; the key of before speaks for the next.
 */
public class AccessListKey {
    static final String KIND = "access-list";

    /** Speakers that are handed on; a node that missed more changes than this needs a new code. */
    private static final int VOUCHERS_MAX = 8;

    private static final String FIRST = "access-list.key";
    private static final int KEY_ID_BYTES = 8;
    private static final byte[] VOUCHES =
            "coopmesh-list-key-v1\0".getBytes(StandardCharsets.US_ASCII);

    private final KeyFolder folder;
    private volatile Held held;

    /** One key: its id, the SubjectPublicKeyInfo in DER. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on as it is.
    public record Public(String id, byte[] publicKey) {}

    /** A signature of 64 bytes, and the id of the key that made it. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Signed(String keyId, byte[] signature) {}

    /** How {@code by}, a public key, speaks for {@code key}. */
    @SuppressWarnings("ArrayRecordComponent")
    record Voucher(Public key, byte[] by, byte[] signature) {}

    private record Held(
            Rotation rotation,
            FileTime savedAt,
            Ed25519PrivateKeyParameters signing,
            List<Public> trusted,
            List<Voucher> vouchers) {}

    /** Opens the key in {@code directory}, or makes it. */
    AccessListKey(Path directory, Clock wallClock) {
        folder = new KeyFolder(directory);
        held = folder.locked(() -> open(wallClock));
    }

    private Held open(Clock wallClock) {
        if (folder.rotation(KIND).isEmpty()) {
            var first =
                    Files.exists(folder.file(FIRST))
                            ? read(folder.file(FIRST))
                            : new Ed25519PrivateKeyParameters(new SecureRandom());
            Public made = publicOf(first);
            keep(made, first);
            folder.save(
                    KIND,
                    new Rotation.Steady(
                            made.id(), wallClock.instant().truncatedTo(ChronoUnit.SECONDS)));
        }
        return load();
    }

    private Held load() {
        FileTime savedAt = folder.savedAt(KIND).orElseThrow();
        Rotation rotation = folder.rotation(KIND).orElseThrow();
        var signing = read(folder.file(name(rotation.current(), ".key")));
        // What a version of before rotations would read.
        String text = pem(signing);
        Path first = folder.file(FIRST);
        try {
            if (!Files.exists(first) || !Files.readString(first).equals(text)) {
                CertificateAuthority.write(first, text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Held(
                rotation,
                savedAt,
                signing,
                rotation.trusted().stream().map(this::publicKey).toList(),
                vouchers(rotation));
    }

    /** Takes up what another replica has changed. */
    void refresh() {
        if (!folder.savedAt(KIND).equals(Optional.of(held.savedAt()))) {
            held = folder.locked(this::load);
        }
    }

    Rotation rotation() {
        return held.rotation();
    }

    /** Makes the next key, and has the present one speak for it. */
    Rotation announce(Instant now, Instant useAt) {
        return change(rotation -> {
            if (!(rotation instanceof Rotation.Steady steady)) {
                throw new StepNotLegal("another key is on its way already");
            }
            var made = new Ed25519PrivateKeyParameters(new SecureRandom());
            Public next = publicOf(made);
            var signing = read(folder.file(name(steady.current(), ".key")));
            keep(next, made);
            CertificateAuthority.write(
                    folder.file(name(next.id(), ".vouched")),
                    steady.current()
                            + " "
                            + Base64.getEncoder()
                                    .encodeToString(
                                            sign(signing, concat(VOUCHES, next.publicKey())))
                            + "\n");
            return steady.announce(next.id(), now, useAt);
        });
    }

    /** The next key signs from now on. */
    Rotation use(Instant now, Instant retireAt) {
        return change(rotation -> {
            if (!(rotation instanceof Rotation.Announced announced)) {
                throw new StepNotLegal("no key is announced");
            }
            return announced.use(now, retireAt);
        });
    }

    /**
     * The key of before counts no more; its private half is destroyed.
     *
     * @param disowned whether what it said of the present one is forgotten too
     */
    Rotation retire(Instant now, boolean disowned) {
        return change(rotation -> {
            if (!(rotation instanceof Rotation.Overlapping overlapping)) {
                throw new StepNotLegal("no key of before is trusted");
            }
            if (disowned) {
                folder.delete(name(overlapping.current(), ".vouched"));
            }
            return overlapping.retire(now);
        });
    }

    private Rotation change(UnaryOperator<Rotation> step) {
        held =
                folder.locked(() -> {
                    Rotation before = folder.rotation(KIND).orElseThrow();
                    Rotation after = step.apply(before);
                    folder.save(KIND, after);
                    before.trusted().stream()
                            .filter(id -> !after.trusted().contains(id))
                            .forEach(id -> folder.delete(name(id, ".key")));
                    return load();
                });
        return held.rotation();
    }

    /** Keys whose signature counts; the one that signs now first. */
    List<Public> trusted() {
        return held.trusted();
    }

    /** How earlier keys speak for later ones, newest first. */
    List<Voucher> vouchers() {
        return held.vouchers();
    }

    /** The key that signs now: SubjectPublicKeyInfo, DER. */
    public byte[] publicKey() {
        return held.trusted().getFirst().publicKey().clone();
    }

    /** The key that signs now: the first 16 hexadecimal digits of its public half's SHA-256. */
    public String id() {
        return held.rotation().current();
    }

    public Signed sign(byte[] bytes) {
        Held now = held;
        return new Signed(now.rotation().current(), sign(now.signing(), bytes));
    }

    private static byte[] sign(Ed25519PrivateKeyParameters key, byte[] bytes) {
        var signer = new Ed25519Signer();
        signer.init(true, key);
        signer.update(bytes, 0, bytes.length);
        return signer.generateSignature();
    }

    private List<Voucher> vouchers(Rotation rotation) {
        var all = new ArrayList<Voucher>();
        String id = rotation.trusted().getLast();
        if (rotation instanceof Rotation.Overlapping) {
            id = rotation.current();
        }
        while (all.size() < VOUCHERS_MAX) {
            Path file = folder.file(name(id, ".vouched"));
            if (!Files.exists(file)) {
                break;
            }
            try {
                String[] words = Files.readString(file).strip().split(" ");
                all.add(
                        new Voucher(
                                publicKey(id),
                                publicKey(words[0]).publicKey(),
                                Base64.getDecoder().decode(words[1])));
                id = words[0];
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return List.copyOf(all);
    }

    private void keep(Public made, Ed25519PrivateKeyParameters key) {
        CertificateAuthority.write(folder.file(name(made.id(), ".key")), pem(key));
        CertificateAuthority.write(
                folder.file(name(made.id(), ".pub")), pem("PUBLIC KEY", made.publicKey()));
    }

    private Public publicKey(String id) {
        Path file = folder.file(name(id, ".pub"));
        try (var parser = new PEMParser(new StringReader(Files.readString(file)))) {
            PemObject read = parser.readPemObject();
            if (read == null) {
                throw new IllegalStateException("no public key in " + file);
            }
            return new Public(id, read.getContent());
        } catch (IOException e) {
            throw new UncheckedIOException("no key can be read from " + file, e);
        }
    }

    private static String name(String id, String ending) {
        return KIND + "-" + id + ending;
    }

    private static Public publicOf(Ed25519PrivateKeyParameters key) {
        try {
            byte[] encoded =
                    SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key.generatePublicKey())
                            .getEncoded();
            return new Public(
                    HexFormat.of().formatHex(NodeId.sha256(encoded), 0, KEY_ID_BYTES), encoded);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static Ed25519PrivateKeyParameters read(Path file) {
        try (var parser = new PEMParser(new StringReader(Files.readString(file)))) {
            if (parser.readObject() instanceof PrivateKeyInfo info
                    && PrivateKeyFactory.createKey(info)
                            instanceof Ed25519PrivateKeyParameters ed25519) {
                return ed25519;
            }
            throw new IllegalStateException("no Ed25519 key in " + file);
        } catch (IOException e) {
            throw new UncheckedIOException("no key can be read from " + file, e);
        }
    }

    private static String pem(Ed25519PrivateKeyParameters key) {
        try {
            return pem("PRIVATE KEY", PrivateKeyInfoFactory.createPrivateKeyInfo(key).getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pem(String label, byte[] der) {
        var out = new StringWriter();
        try (var writer = new PemWriter(out)) {
            writer.writeObject(new PemObject(label, der));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }
}
