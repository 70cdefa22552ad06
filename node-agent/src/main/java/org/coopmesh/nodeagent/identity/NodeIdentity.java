package org.coopmesh.nodeagent.identity;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;

/** Who this node is, once the co-op has enrolled it. */
public final class NodeIdentity {
    private final NodeKeys keys;
    private volatile Enrolled enrolled;

    NodeIdentity(NodeKeys keys, Enrolled enrolled) {
        this.keys = keys;
        this.enrolled = enrolled;
    }

    /**
     * Reads who this node is and makes nothing; empty where it was never enrolled, or what it was given is damaged.
     *
     * @throws IdentityDamaged if a key file cannot be understood
     */
    public static Optional<NodeIdentity> read(Path directory) throws IOException {
        if (!NodeKeys.areIn(directory)) return Optional.empty();
        NodeKeys keys = NodeKeys.loadOrMake(directory);
        return Enrolled.load(directory, keys).map(enrolled -> new NodeIdentity(keys, enrolled));
    }

    /** SHA-256 of the identity key: 64 lower-case hexadecimal digits. */
    public String nodeId() {
        return keys.nodeId();
    }

    /** SubjectPublicKeyInfo of the Ed25519 key, DER. */
    public byte[] identityKey() {
        return keys.identityKey();
    }

    /** An Ed25519 signature of 64 bytes. */
    public byte[] sign(byte[] message) {
        return keys.sign(message);
    }

    /** The newest certificate. */
    public X509Certificate certificate() {
        return enrolled.certificate();
    }

    /** Keys whose signature on an access list counts: SubjectPublicKeyInfo, DER, by key id. */
    public Map<String, byte[]> listKeys() {
        return enrolled.listKeys();
    }

    /** The co-op's name as it was at enrolment or the last renewal. */
    public String coopName() {
        return enrolled.coopName();
    }

    /** Mutual TLS with whatever certificate is the newest at the time of each handshake. */
    public ChannelCredentials credentials() {
        return TlsChannelCredentials.newBuilder()
                .keyManager(keyManager())
                .trustManager(trust())
                .build();
    }

    KeyManager keyManager() {
        return new CurrentCertificate(keys.tls().getPrivate(), this::certificate);
    }

    CoopTrust trust() {
        return CoopTrust.authorities(() -> enrolled.authorities());
    }

    /**
     * Whether this node is of the authority with this fingerprint, or of one that it speaks for, step by step.
     *
     * @param caFingerprint SHA-256, 64 lower-case hexadecimal digits
     */
    public boolean isOf(String caFingerprint) {
        return enrolled.isOf(caFingerprint);
    }

    Enrolled enrolled() {
        return enrolled;
    }

    NodeKeys keys() {
        return keys;
    }

    void renewed(Enrolled answer) {
        enrolled = answer;
    }
}
