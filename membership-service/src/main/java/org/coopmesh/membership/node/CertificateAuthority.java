package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

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
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
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

    private final Path directory;
    private final Path billingDirectory;
    private final Clock wallClock;
    private final SecureRandom random = new SecureRandom();
    private final PrivateKey key;
    private final X509Certificate certificate;

    /**
     * Opens the authority in {@code directory}, or founds it; {@code names} are what node ports are called by. What billing is to
     * see goes to {@code billingDirectory}, which may be the same.
     */
    CertificateAuthority(
            Path directory, Path billingDirectory, Set<String> names, Clock wallClock) {
        this.directory = directory;
        this.billingDirectory = billingDirectory;
        this.wallClock = wallClock;
        try {
            makeDirectory(directory);
            makeDirectory(billingDirectory);
            try (var channel =
                            FileChannel.open(
                                    directory.resolve(".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                requireNonNull(lock);
                if (!Files.exists(directory.resolve("ca.crt"))) {
                    found();
                }
                key = readKey(directory.resolve("ca.key"));
                certificate = readCertificates(directory.resolve("ca.crt")).getFirst();
                makeNodePorts(names);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("keys cannot be read or written in " + directory, e);
        }
    }

    /** The certificate that nodes and node ports trust. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** SHA-256 over the certificate's DER, in hexadecimal: what an agent is told beforehand. */
    public String fingerprint() {
        return HexFormat.of().formatHex(NodeId.sha256(encoded(certificate)));
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
        Instant now = wallClock.instant();
        try {
            var builder =
                    builder(
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
            return sign(builder, key);
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes new node-port certificates where the end is near. */
    void renewNodePorts(Set<String> names) {
        try (var channel = FileChannel.open(directory.resolve(".lock"), StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            requireNonNull(lock);
            makeNodePorts(names);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes node-port certificates where there are none, the names have changed or the end is near. */
    private void makeNodePorts(Set<String> names) throws IOException {
        Path copy = billingDirectory.resolve("ca.crt");
        if (!Files.exists(copy) || !readCertificates(copy).contains(certificate)) {
            write(copy, pem(certificate));
        }
        for (String name : NODE_PORTS) {
            if (!good(certificateFile(name), names)) {
                KeyPair pair = keyPair();
                X509Certificate leaf = nodePortCertificate(name, pair.getPublic(), names);
                write(keyFile(name), pem(pair.getPrivate()));
                write(certificateFile(name), pem(leaf) + pem(certificate));
            }
        }
    }

    private boolean good(Path file, Set<String> names) {
        if (!Files.exists(file)) {
            return false;
        }
        try {
            X509Certificate leaf = readCertificates(file).getFirst();
            var named = new HashSet<String>();
            var alternatives = leaf.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.forEach(name -> named.add(canonical(name.get(1).toString())));
            }
            var wanted = new TreeSet<String>();
            names.forEach(name -> wanted.add(canonical(name)));
            leaf.verify(certificate.getPublicKey());
            return named.equals(wanted)
                    && leaf.getNotAfter()
                            .toInstant()
                            .isAfter(wallClock.instant().plus(RENEW_BEFORE));
        } catch (GeneralSecurityException | RuntimeException e) {
            return false; // Whatever is wrong with it, a new one is right.
        }
    }

    private static String canonical(String name) {
        return ADDRESS.matcher(name).matches() ? Prefix.parse(name).toString() : name;
    }

    private X509Certificate nodePortCertificate(
            String name, PublicKey publicKey, Set<String> names) {
        try {
            var builder =
                    builder(
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
            return sign(builder, key);
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void found() {
        KeyPair pair = keyPair();
        try {
            var builder =
                    new X509v3CertificateBuilder(
                            new X500Name("CN=Coopmesh CA"),
                            new BigInteger(SERIAL_BITS, random).setBit(0),
                            Date.from(wallClock.instant().minus(CLOCK_TOLERANCE)),
                            Date.from(wallClock.instant().plus(AUTHORITY_LIFETIME)),
                            new X500Name("CN=Coopmesh CA"),
                            SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            write(directory.resolve("ca.key"), pem(pair.getPrivate()));
            write(directory.resolve("ca.crt"), pem(sign(builder, pair.getPrivate())));
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509v3CertificateBuilder builder(
            X500Name subject, PublicKey publicKey, Instant now, Duration lifetime) {
        try {
            var builder =
                    new X509v3CertificateBuilder(
                            X500Name.getInstance(
                                    certificate.getSubjectX500Principal().getEncoded()),
                            new BigInteger(SERIAL_BITS, random).setBit(0),
                            Date.from(now.minus(CLOCK_TOLERANCE)),
                            Date.from(now.plus(lifetime)),
                            subject,
                            SubjectPublicKeyInfo.getInstance(publicKey.getEncoded()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(certificate.getPublicKey()));
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
