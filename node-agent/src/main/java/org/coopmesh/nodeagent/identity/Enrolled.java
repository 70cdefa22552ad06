package org.coopmesh.nodeagent.identity;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.coopmesh.contracts.membership.v1.AccessListKey;
import org.coopmesh.contracts.membership.v1.EnrolResponse;
import org.coopmesh.contracts.membership.v1.TrustResponse;
import org.coopmesh.contracts.membership.v1.Vouchers;

/**
 * What the co-op gave this node, kept as one file so that no crash leaves half of it: SHA-256 of the answer, then the answer.
 */
record Enrolled(
        X509Certificate certificate,
        List<X509Certificate> authorities,
        Map<String, byte[]> listKeys,
        String coopName,
        EnrolResponse answer) {
    private static final String NAME = "enrolled";
    private static final int HASH_BYTES = 32;

    /**
     * Reads and checks an answer.
     *
     * @throws EnrolmentRefused if it is not a certificate for these keys from an authority that it names
     */
    static Enrolled of(EnrolResponse answer, NodeKeys keys) throws EnrolmentRefused {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            X509Certificate certificate = certificate(factory, answer.getCertificate());
            List<X509Certificate> authorities = new ArrayList<>();
            for (ByteString authority : answer.getCaCertificatesList()) {
                authorities.add(certificate(factory, authority));
            }
            if (!answer.getNodeId().equals(keys.nodeId())) {
                throw new EnrolmentRefused("certificate names another node: " + answer.getNodeId());
            }
            if (!certificate.getPublicKey().equals(keys.tls().getPublic())) {
                throw new EnrolmentRefused("certificate is for another TLS key");
            }
            if (authorities.stream().noneMatch(authority -> signed(authority, certificate))) {
                throw new EnrolmentRefused("certificate is not signed by the co-op's authority");
            }
            Map<String, byte[]> listKeys = new LinkedHashMap<>();
            for (AccessListKey key : answer.getAccessListKeysList()) {
                byte[] publicKey = key.getPublicKey().toByteArray();
                if (!isEd25519(publicKey)) {
                    throw new EnrolmentRefused("malformed access list key: " + key.getKeyId());
                }
                listKeys.put(key.getKeyId(), publicKey);
            }
            return new Enrolled(
                    certificate, List.copyOf(authorities), listKeys, answer.getCoopName(), answer);
        } catch (CertificateException malformed) {
            throw new EnrolmentRefused("malformed certificate: " + malformed.getMessage());
        }
    }

    /**
     * What a node of this enrolment takes of a later answer: a certificate, and the keys that it knows already or that those
     * speak for.
     *
     * @throws EnrolmentRefused as {@link #of}, or if no authority that counts has signed the certificate
     */
    Enrolled renewed(EnrolResponse later, NodeKeys keys) throws EnrolmentRefused {
        Enrolled asked = of(later, keys);
        return of(
                later.toBuilder()
                        .clearCaCertificates()
                        .addAllCaCertificates(
                                encoded(succession(later.getVouchers()).of(asked.authorities)))
                        .clearAccessListKeys()
                        .addAllAccessListKeys(
                                succession(later.getVouchers())
                                        .ofListKeys(later.getAccessListKeysList()))
                        .build(),
                keys);
    }

    /**
     * The same certificate, with the keys that count now; of those that are told only such as it knows or that those speak for.
     *
     * @throws EnrolmentRefused if the authority of this certificate would not be among them
     */
    Enrolled with(TrustResponse told, NodeKeys keys) throws EnrolmentRefused {
        Succession succession = succession(told.getVouchers());
        List<X509Certificate> named = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (ByteString der : told.getCaCertificatesList()) {
                named.add(certificate(factory, der));
            }
        } catch (CertificateException malformed) {
            throw new EnrolmentRefused("malformed certificate: " + malformed.getMessage());
        }
        return of(
                answer.toBuilder()
                        .clearCaCertificates()
                        .addAllCaCertificates(encoded(succession.of(named)))
                        .clearAccessListKeys()
                        .addAllAccessListKeys(succession.ofListKeys(told.getAccessListKeysList()))
                        .setVouchers(told.getVouchers())
                        .build(),
                keys);
    }

    private Succession succession(Vouchers vouchers) {
        return new Succession(authorities, listKeys.values(), vouchers);
    }

    /**
     * Whether this is of the authority with a fingerprint, or of one that it speaks for, step by step.
     *
     * @param fingerprint SHA-256, 64 lower-case hexadecimal digits
     */
    boolean isOf(String fingerprint) {
        try {
            for (X509Certificate authority : authorities) {
                if (CoopTrust.fingerprintOf(authority).equals(fingerprint)) return true;
            }
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (ByteString der : answer.getVouchers().getFormerCaCertificatesList()) {
                X509Certificate former = certificate(factory, der);
                if (CoopTrust.fingerprintOf(former).equals(fingerprint)) {
                    return !new Succession(List.of(former), List.of(), answer.getVouchers())
                            .of(authorities)
                            .isEmpty();
                }
            }
        } catch (CertificateException malformed) {
            // Is not the one that is looked for.
        }
        return false;
    }

    /** The authority that signed the certificate. */
    X509Certificate issuer() {
        return authorities.stream()
                .filter(authority -> signed(authority, certificate))
                .findFirst()
                .orElseThrow();
    }

    private static List<ByteString> encoded(List<X509Certificate> certificates)
            throws EnrolmentRefused {
        List<ByteString> all = new ArrayList<>();
        try {
            for (X509Certificate one : certificates) all.add(ByteString.copyFrom(one.getEncoded()));
        } catch (CertificateException malformed) {
            throw new EnrolmentRefused("malformed certificate: " + malformed.getMessage());
        }
        return all;
    }

    /** Empty where the file is absent, damaged or belongs to other keys: then the node enrols again. */
    static Optional<Enrolled> load(Path directory, NodeKeys keys) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) return Optional.empty();
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < HASH_BYTES) return Optional.empty();
        byte[] answer = Arrays.copyOfRange(bytes, HASH_BYTES, bytes.length);
        if (!Arrays.equals(NodeKeys.sha256(answer), Arrays.copyOf(bytes, HASH_BYTES))) {
            return Optional.empty();
        }
        try {
            return Optional.of(of(EnrolResponse.parseFrom(answer), keys));
        } catch (InvalidProtocolBufferException | EnrolmentRefused unusable) {
            return Optional.empty();
        }
    }

    void save(Path directory) throws IOException {
        byte[] bytes = answer.toByteArray();
        byte[] whole = Arrays.copyOf(NodeKeys.sha256(bytes), HASH_BYTES + bytes.length);
        System.arraycopy(bytes, 0, whole, HASH_BYTES, bytes.length);
        SecretFile.write(directory, NAME, whole);
    }

    private static X509Certificate certificate(CertificateFactory factory, ByteString der)
            throws CertificateException {
        return (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(der.toByteArray()));
    }

    private static boolean isEd25519(byte[] publicKey) {
        try {
            Ed25519Key.read(publicKey);
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    static boolean signed(X509Certificate authority, X509Certificate certificate) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException another) {
            return false;
        }
    }
}
