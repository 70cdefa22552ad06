package org.coopmesh.membership.node;

import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/** The co-op's keys, and certificates of any number of nodes, without the enrolment of each. */
public final class TestCertificates {
    private final CertificateAuthority authority;
    private final AccessListKey listKey;

    /** One TLS key for all nodes: what the service looks at is the certificate. */
    private final KeyPair tls = TestAgent.p256();

    /** Opens the keys of a co-op in {@code keysDirectory}, or makes them. */
    public TestCertificates(Path keysDirectory) {
        authority =
                new CertificateAuthority(
                        keysDirectory,
                        keysDirectory,
                        Set.of("localhost", "127.0.0.1"),
                        "http://localhost",
                        Clock.systemUTC());
        listKey = new AccessListKey(keysDirectory, Clock.systemUTC());
    }

    /** A node's identity and what it shows at the node port. */
    public record Identity(NodeId id, X509Certificate certificate) {}

    public List<Identity> identities(int count) throws Exception {
        var random = new SecureRandom();
        var identities = new ArrayList<Identity>();
        for (int i = 0; i < count; i++) {
            byte[] key =
                    SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(
                                    new Ed25519PrivateKeyParameters(random).generatePublicKey())
                            .getEncoded();
            NodeId id = NodeId.ofKey(key);
            identities.add(new Identity(id, authority.issue(id, tls.getPublic(), key)));
        }
        return identities;
    }

    public KeyPair tls() {
        return tls;
    }

    public X509Certificate authority() {
        return authority.certificate();
    }

    /** SubjectPublicKeyInfo of the key that signs access lists. */
    public byte[] listKey() {
        return listKey.publicKey();
    }

    public Path nodePortKey() {
        return authority.keyFile("node-port-membership");
    }

    public Path nodePortCertificate() {
        return authority.certificateFile("node-port-membership");
    }
}
