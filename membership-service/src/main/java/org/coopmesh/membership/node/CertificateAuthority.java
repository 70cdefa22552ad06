package org.coopmesh.membership.node;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The co-op's own certificate authority. Its key, and the keys and certificates of the node ports, are files in one directory
 * (mode 700, files 600), made at the first start; replicas that share the directory wait for one another. What billing-service
 * needs of them may stand in a directory apart, so that it sees no key but its own. Certificates live on the wall clock,
 * because TLS judges them by it.
 */
public class CertificateAuthority {
    /** Where a node certificate carries the SubjectPublicKeyInfo of the Ed25519 key. Not critical. */
    static final ASN1ObjectIdentifier IDENTITY_KEY =
            new ASN1ObjectIdentifier("2.25.1764117498613519126170513");

    static final String NODE_URI = "coopmesh:node:";
    static final Duration NODE_CERTIFICATE_LIFETIME = Duration.ofDays(90);
    private static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);
    private static final Duration NODE_PORT_LIFETIME = Duration.ofDays(397);
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);

    /** A node's clock may be behind ours by this much and still find the certificate valid. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofDays(1);

    private static final int SERIAL_BITS = 127;
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final String BILLING = "node-port-billing";
    private static final List<String> NODE_PORTS = List.of("node-port-membership", BILLING);
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:]*");

    static final String KIND = "ca";

    /** Authorities of before that still lead to the present one; a node that was told of an earlier one needs a new code. */
    private static final int FORMER_MAX = 4;

    private static final String SUBJECT = "CN=Coopmesh CA";
    private static final int FILE_DIGITS = 16;

    private final KeyFolder folder;
    private final Path directory;
    private final Path billingDirectory;
    private final Set<String> names;
    private final String publicUrl;
    private final Clock wallClock;
    private final SecureRandom random = new SecureRandom();
    private volatile Held held;

    /**
     * What is in the folder.
     *
     * @param trusted the one that signs first; keys beside them
     * @param crosses newest first: the signing authority by the one before, that one by the one before it
     * @param formers those that sign the crosses, in their order
     */
    private record Held(
            Rotation rotation,
            FileTime savedAt,
            List<PrivateKey> keys,
            List<X509Certificate> trusted,
            List<X509Certificate> crosses,
            List<X509Certificate> formers) {
        X509Certificate certificate() {
            return trusted.getFirst();
        }

        PrivateKey key() {
            return keys.getFirst();
        }
    }

    /**
     * Opens the authority in {@code directory}, or founds it; {@code names} are what node ports are called by. What billing is to
     * see goes to {@code billingDirectory}, which may be the same. Below {@code publicUrl} is what it revoked.
     */
    CertificateAuthority(
            Path directory,
            Path billingDirectory,
            Set<String> names,
            String publicUrl,
            Clock wallClock) {
        this.directory = directory;
        this.billingDirectory = billingDirectory;
        this.names = Set.copyOf(names);
        this.publicUrl = publicUrl;
        this.wallClock = wallClock;
        folder = new KeyFolder(directory);
        makeDirectory(billingDirectory);
        held =
                folder.locked(() -> {
                    if (folder.rotation(KIND).isEmpty()) {
                        begin();
                    }
                    Held found = load();
                    publish(found);
                    return found;
                });
    }

    /** Takes up the one authority of a folder of before rotations, or founds it. */
    private void begin() {
        Path first = directory.resolve("ca.crt");
        PrivateKey key;
        X509Certificate certificate;
        if (Files.exists(first)) {
            key = readKey(directory.resolve("ca.key"));
            certificate = readCertificates(first).getFirst();
        } else {
            KeyPair pair = keyPair();
            key = pair.getPrivate();
            certificate = selfSigned(SUBJECT, pair);
        }
        keep(certificate, key);
        folder.save(KIND, new Rotation.Steady(fingerprint(certificate), now()));
    }

    private Held load() {
        FileTime savedAt = folder.savedAt(KIND).orElseThrow();
        Rotation rotation = folder.rotation(KIND).orElseThrow();
        var crosses = new ArrayList<X509Certificate>();
        var formers = new ArrayList<X509Certificate>();
        Instant soon = now().plus(CLOCK_TOLERANCE);
        Path next = folder.file(fileName(rotation.current(), ".cross.crt"));
        while (Files.exists(next) && crosses.size() < FORMER_MAX) {
            List<X509Certificate> pair = readCertificates(next);
            if (pair.getFirst().getNotAfter().toInstant().isBefore(soon)) {
                break;
            }
            crosses.add(pair.getFirst());
            formers.add(pair.getLast());
            next = folder.file(fileName(fingerprint(pair.getLast()), ".cross.crt"));
        }
        return new Held(
                rotation,
                savedAt,
                rotation.trusted().stream()
                        .map(id -> readKey(folder.file(fileName(id, ".key"))))
                        .toList(),
                rotation.trusted().stream().map(this::certificate).toList(),
                List.copyOf(crosses),
                List.copyOf(formers));
    }

    /**
     * Writes what others read: {@code ca.crt} with every authority that is trusted, the one that signs first, {@code ca.key} for
     * a version of before rotations, and certificates of the node ports.
     */
    private void publish(Held found) {
        String bundle = pem(found.trusted());
        writeIfOther(directory.resolve("ca.key"), pem(found.key()));
        writeIfOther(directory.resolve("ca.crt"), bundle);
        writeIfOther(billingDirectory.resolve("ca.crt"), bundle);
        makeNodePorts(found);
    }

    private static void writeIfOther(Path file, String text) {
        try {
            if (!Files.exists(file) || !Files.readString(file).equals(text)) {
                write(file, text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes up what another replica has changed; true if there was anything. */
    boolean refresh() {
        if (folder.savedAt(KIND).equals(Optional.of(held.savedAt()))) {
            return false;
        }
        held = folder.locked(this::load);
        return true;
    }

    Rotation rotation() {
        return held.rotation();
    }

    /** Makes the next authority, and has the present one speak for it. It is trusted at once and signs nothing yet. */
    Rotation announce(Instant now, Instant useAt) {
        return change(rotation -> {
            if (!(rotation instanceof Rotation.Steady steady)) {
                throw new StepNotLegal("another authority is on its way already");
            }
            X509Certificate signing = certificate(steady.current());
            PrivateKey signingKey = readKey(folder.file(fileName(steady.current(), ".key")));
            KeyPair pair = keyPair();
            byte[] keyHash = NodeId.sha256(pair.getPublic().getEncoded());
            X509Certificate next =
                    selfSigned(SUBJECT + " " + HexFormat.of().formatHex(keyHash, 0, 4), pair);
            keep(next, pair.getPrivate());
            write(
                    folder.file(fileName(fingerprint(next), ".cross.crt")),
                    pem(List.of(cross(next, signing, signingKey), signing)));
            return steady.announce(fingerprint(next), now, useAt);
        });
    }

    /** The next authority signs from now on, certificates of the node ports first. */
    Rotation use(Instant now, Instant retireAt) {
        return change(rotation -> {
            if (!(rotation instanceof Rotation.Announced announced)) {
                throw new StepNotLegal("no authority is announced");
            }
            return announced.use(now, retireAt);
        });
    }

    /**
     * The authority of before is trusted no more; its key is destroyed.
     *
     * @param disowned whether what it said of the present one is forgotten too: who was told only of it is then refused
     */
    Rotation retire(Instant now, boolean disowned) {
        return change(rotation -> {
            if (!(rotation instanceof Rotation.Overlapping overlapping)) {
                throw new StepNotLegal("no authority of before is trusted");
            }
            if (disowned) {
                folder.delete(fileName(overlapping.current(), ".cross.crt"));
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
                            .forEach(id -> folder.delete(fileName(id, ".key")));
                    Held found = load();
                    publish(found);
                    return found;
                });
        return held.rotation();
    }

    /** The certificate of the authority that signs. */
    public X509Certificate certificate() {
        return held.certificate();
    }

    /** Every authority that nodes and node ports trust, the one that signs first. */
    List<X509Certificate> trusted() {
        return held.trusted();
    }

    /** The present authority as the one before signed it, that one as the one before it did, and so on. */
    List<X509Certificate> crosses() {
        return held.crosses();
    }

    /** The authorities that signed {@link #crosses}, in their order. */
    List<X509Certificate> formers() {
        return held.formers();
    }

    /** The authority that issued {@code certificate}, of those that are trusted. */
    Optional<X509Certificate> issuerOf(X509Certificate issued) {
        return held.trusted().stream()
                .filter(authority -> isSignedBy(issued, authority))
                .findFirst();
    }

    /** When an authority that is trusted ends by itself. */
    Instant endOf(String id) {
        return certificate(id).getNotAfter().toInstant();
    }

    /** What the authority {@code id}, which is trusted, has revoked: a list of RFC 5280, DER. */
    byte[] revocationList(
            String id,
            long number,
            Instant madeAt,
            Instant nextUpdate,
            List<Revocations.Revoked> revoked) {
        X509Certificate signing = certificate(id);
        try {
            var builder =
                    new X509v2CRLBuilder(
                            X500Name.getInstance(signing.getSubjectX500Principal().getEncoded()),
                            Date.from(madeAt));
            builder.setNextUpdate(Date.from(nextUpdate));
            builder.addExtension(
                    Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(signing.getPublicKey()));
            for (Revocations.Revoked one : revoked) {
                builder.addCRLEntry(one.serial(), Date.from(one.at()), one.reason().code());
            }
            PrivateKey signingKey = readKey(folder.file(fileName(id, ".key")));
            return builder.build(new JcaContentSignerBuilder(SIGNATURE).build(signingKey))
                    .getEncoded();
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("no revocation list", e);
        }
    }

    /** SHA-256 over the signing authority's DER, in hexadecimal: what an agent is told beforehand. */
    public String fingerprint() {
        return fingerprint(certificate());
    }

    static String fingerprint(X509Certificate certificate) {
        return HexFormat.of().formatHex(NodeId.sha256(encoded(certificate)));
    }

    private X509Certificate certificate(String id) {
        return readCertificates(folder.file(fileName(id, ".crt"))).getFirst();
    }

    private static String fileName(String id, String ending) {
        return KIND + "-" + id.substring(0, FILE_DIGITS) + ending;
    }

    private void keep(X509Certificate certificate, PrivateKey key) {
        String id = fingerprint(certificate);
        write(folder.file(fileName(id, ".key")), pem(key));
        write(folder.file(fileName(id, ".crt")), pem(certificate));
    }

    private Instant now() {
        return wallClock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /** Where the key of {@code name} is kept. */
    public Path keyFile(String name) {
        return directoryOf(name).resolve(name + ".key");
    }

    Path certificateFile(String name) {
        return directoryOf(name).resolve(name + ".crt");
    }

    private Path directoryOf(String name) {
        return name.equals(BILLING) ? billingDirectory : directory;
    }

    /** A certificate for a node: its P-256 TLS key, bound to its Ed25519 identity. */
    X509Certificate issue(NodeId node, PublicKey tlsKey, byte[] identityKey) {
        Held signing = held;
        Instant now = wallClock.instant();
        try {
            var builder =
                    builder(
                            signing.certificate(),
                            new X500Name("CN=" + node.shortName()),
                            tlsKey,
                            now,
                            NODE_CERTIFICATE_LIFETIME);
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(
                            new GeneralName(
                                    GeneralName.uniformResourceIdentifier, NODE_URI + node.hex())));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    IDENTITY_KEY, false, SubjectPublicKeyInfo.getInstance(identityKey));
            builder.addExtension(
                    Extension.cRLDistributionPoints,
                    false,
                    new CRLDistPoint(
                            new DistributionPoint[] {
                                new DistributionPoint(
                                        new DistributionPointName(
                                                new GeneralNames(
                                                        new GeneralName(
                                                                GeneralName
                                                                        .uniformResourceIdentifier,
                                                                publicUrl
                                                                        + "/api/coop/ca/"
                                                                        + signing.rotation()
                                                                                .current()
                                                                                .substring(
                                                                                        0,
                                                                                        FILE_DIGITS)
                                                                        + ".crl"))),
                                        null,
                                        null)
                            }));
            return sign(builder, signing.key());
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes new node-port certificates where the end is near. */
    void renewNodePorts() {
        held =
                folder.locked(() -> {
                    Held found = load();
                    publish(found);
                    return found;
                });
    }

    /** Makes node-port certificates where there are none, the names or authorities have changed, or the end is near. */
    private void makeNodePorts(Held found) {
        // Whoever was told only of an authority of before finds its way from it to the present one.
        var above = new ArrayList<>(List.of(found.certificate()));
        for (int i = 0; i < found.crosses().size(); i++) {
            above.add(found.crosses().get(i));
            above.add(found.formers().get(i));
        }
        for (String name : NODE_PORTS) {
            if (!good(certificateFile(name), above)) {
                KeyPair pair = keyPair();
                X509Certificate leaf = nodePortCertificate(found, name, pair.getPublic());
                write(keyFile(name), pem(pair.getPrivate()));
                write(certificateFile(name), pem(leaf) + pem(above));
            }
        }
    }

    private boolean good(Path file, List<X509Certificate> above) {
        if (!Files.exists(file)) {
            return false;
        }
        try {
            List<X509Certificate> chain = readCertificates(file);
            X509Certificate leaf = chain.getFirst();
            var named = new HashSet<String>();
            var alternatives = leaf.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.forEach(name -> named.add(canonical(name.get(1).toString())));
            }
            var wanted = new TreeSet<String>();
            names.forEach(name -> wanted.add(canonical(name)));
            return chain.subList(1, chain.size()).equals(above)
                    && isSignedBy(leaf, above.getFirst())
                    && named.equals(wanted)
                    && leaf.getNotAfter()
                            .toInstant()
                            .isAfter(wallClock.instant().plus(RENEW_BEFORE));
        } catch (GeneralSecurityException | IllegalStateException unusable) {
            return false;
        }
    }

    private static boolean isSignedBy(X509Certificate issued, X509Certificate authority) {
        try {
            issued.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException another) {
            return false;
        }
    }

    private static String canonical(String name) {
        return ADDRESS.matcher(name).matches() ? Prefix.parse(name).toString() : name;
    }

    private X509Certificate nodePortCertificate(Held found, String name, PublicKey publicKey) {
        try {
            var builder =
                    builder(
                            found.certificate(),
                            new X500Name("CN=" + name),
                            publicKey,
                            wallClock.instant(),
                            NODE_PORT_LIFETIME);
            var alternatives = new ArrayList<GeneralName>();
            for (String alternative : new TreeSet<>(names)) {
                alternatives.add(
                        new GeneralName(
                                ADDRESS.matcher(alternative).matches()
                                        ? GeneralName.iPAddress
                                        : GeneralName.dNSName,
                                alternative));
            }
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(alternatives.toArray(GeneralName[]::new)));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            return sign(builder, found.key());
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate selfSigned(String name, KeyPair pair) {
        var subject = new X500Name(name);
        Instant now = wallClock.instant();
        return authority(
                subject,
                pair.getPublic(),
                now.plus(AUTHORITY_LIFETIME),
                subject,
                pair.getPublic(),
                pair.getPrivate());
    }

    /** {@code next} as {@code signing} vouches for it: the same name and key, and no longer than either lives. */
    private X509Certificate cross(
            X509Certificate next, X509Certificate signing, PrivateKey signingKey) {
        Instant end = next.getNotAfter().toInstant();
        Instant signingEnd = signing.getNotAfter().toInstant();
        return authority(
                X500Name.getInstance(next.getSubjectX500Principal().getEncoded()),
                next.getPublicKey(),
                end.isBefore(signingEnd) ? end : signingEnd,
                X500Name.getInstance(signing.getSubjectX500Principal().getEncoded()),
                signing.getPublicKey(),
                signingKey);
    }

    private X509Certificate authority(
            X500Name subject,
            PublicKey publicKey,
            Instant until,
            X500Name issuer,
            PublicKey issuerKey,
            PrivateKey signingKey) {
        try {
            var extensions = new JcaX509ExtensionUtils();
            var builder =
                    new X509v3CertificateBuilder(
                            issuer,
                            new BigInteger(SERIAL_BITS, random).setBit(0),
                            Date.from(wallClock.instant().minus(CLOCK_TOLERANCE)),
                            Date.from(until),
                            subject,
                            SubjectPublicKeyInfo.getInstance(publicKey.getEncoded()));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    extensions.createSubjectKeyIdentifier(publicKey));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(issuerKey));
            return sign(builder, signingKey);
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509v3CertificateBuilder builder(
            X509Certificate issuer,
            X500Name subject,
            PublicKey publicKey,
            Instant now,
            Duration lifetime) {
        try {
            var builder =
                    new X509v3CertificateBuilder(
                            X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
                            new BigInteger(SERIAL_BITS, random).setBit(0),
                            Date.from(now.minus(CLOCK_TOLERANCE)),
                            Date.from(now.plus(lifetime)),
                            subject,
                            SubjectPublicKeyInfo.getInstance(publicKey.getEncoded()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(issuer.getPublicKey()));
            return builder;
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (OperatorCreationException | CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyPair keyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes {@code directory} for its owner alone. */
    static void makeDirectory(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                Path parent = directory.toAbsolutePath().getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(
                        directory,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file for its owner alone; a reader sees the old one or the new one, never a part. */
    static void write(Path file, String text) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.deleteIfExists(next);
            Files.createFile(
                    next,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            try (var channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                channel.write(
                        java.nio.ByteBuffer.wrap(
                                text.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a private key of PKCS#8 in PEM. */
    static PrivateKey readKey(Path file) {
        try (var parser = new PEMParser(new StringReader(Files.readString(file)))) {
            if (parser.readObject() instanceof PrivateKeyInfo info) {
                return new JcaPEMKeyConverter().getPrivateKey(info);
            }
            throw new IllegalStateException("no PKCS#8 key in " + file);
        } catch (IOException e) {
            throw new UncheckedIOException("no key can be read from " + file, e);
        }
    }

    /** Reads every certificate of a PEM file, in order. */
    static List<X509Certificate> readCertificates(Path file) {
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("no certificate can be read from " + file, e);
        } catch (CertificateException e) {
            throw new IllegalStateException("no certificate in " + file, e);
        }
    }

    static String pem(PrivateKey privateKey) {
        try {
            var out = new StringWriter();
            try (var writer = new JcaPEMWriter(out)) {
                writer.writeObject(new JcaPKCS8Generator(privateKey, null));
            }
            return out.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String pem(List<X509Certificate> certificates) {
        var out = new StringBuilder();
        certificates.forEach(certificate -> out.append(pem(certificate)));
        return out.toString();
    }

    static String pem(X509Certificate certificate) {
        try {
            var out = new StringWriter();
            try (var writer = new JcaPEMWriter(out)) {
                writer.writeObject(certificate);
            }
            return out.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
