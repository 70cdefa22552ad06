package org.coopmesh.membership.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/** Two keys whose possession was proved: P-256 for TLS, Ed25519 for who the node is. */
record Possession(PublicKey tlsKey, byte[] identityKey, NodeId node) {
    private static final int REQUEST_BYTES_MAX = 8 * 1024;
    private static final int IDENTITY_KEY_BYTES_MAX = 128;
    private static final String ENROL = "coopmesh-enrol-v1";
    private static final String RENEW = "coopmesh-renew-v1";

    /**
     * Checks the proofs of an enrolment: the request is signed by its own key, and the identity key signed request and code.
     *
     * @throws IllegalArgumentException if something is malformed or a signature does not hold
     */
    static Possession enrolling(
            byte[] certificationRequest,
            byte[] identityKey,
            byte[] identitySignature,
            EnrolmentCode code) {
        return checked(
                certificationRequest,
                identityKey,
                identitySignature,
                signedBytes(ENROL, certificationRequest, code.bytes()));
    }

    /**
     * Checks the proofs of a renewal.
     *
     * @throws IllegalArgumentException if something is malformed or a signature does not hold
     */
    static Possession renewing(
            byte[] certificationRequest, byte[] identityKey, byte[] identitySignature) {
        return checked(
                certificationRequest,
                identityKey,
                identitySignature,
                signedBytes(RENEW, certificationRequest, new byte[0]));
    }

    byte[] tlsKeyHash() {
        return NodeId.sha256(tlsKey.getEncoded());
    }

    private static Possession checked(
            byte[] certificationRequest,
            byte[] identityKey,
            byte[] identitySignature,
            byte[] signed) {
        PublicKey tlsKey = tlsKey(certificationRequest, NodeId.ofKey(identityKey));
        var verifier = new Ed25519Signer();
        verifier.init(false, identity(identityKey));
        verifier.update(signed, 0, signed.length);
        if (!verifier.verifySignature(identitySignature)) {
            throw new IllegalArgumentException(
                    "identity_signature does not hold for identity_key over this request");
        }
        return new Possession(tlsKey, identityKey, NodeId.ofKey(identityKey));
    }

    private static byte[] signedBytes(String purpose, byte[] request, byte[] code) {
        byte[] label = purpose.getBytes(StandardCharsets.US_ASCII);
        byte[] hash = NodeId.sha256(request);
        byte[] signed = new byte[label.length + 1 + hash.length + code.length];
        System.arraycopy(label, 0, signed, 0, label.length);
        System.arraycopy(hash, 0, signed, label.length + 1, hash.length);
        System.arraycopy(code, 0, signed, label.length + 1 + hash.length, code.length);
        return signed;
    }

    /** The node's certificate has one name, whatever is asked for; to ask for another is refused, so that nobody wonders. */
    private static void checkNames(PKCS10CertificationRequest request, NodeId node) {
        var extensions = request.getRequestedExtensions();
        if (extensions == null) {
            return;
        }
        var names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        if (names == null) {
            return;
        }
        for (GeneralName name : names.getNames()) {
            boolean own =
                    name.getTagNo() == GeneralName.uniformResourceIdentifier
                            && name.getName()
                                    .toString()
                                    .equals(CertificateAuthority.NODE_URI + node.hex());
            if (!own) {
                throw new IllegalArgumentException(
                        "certification_request asks for a name that is not the node's");
            }
        }
    }

    private static PublicKey tlsKey(byte[] certificationRequest, NodeId node) {
        if (certificationRequest.length == 0 || certificationRequest.length > REQUEST_BYTES_MAX) {
            throw new IllegalArgumentException("certification_request is empty or too long");
        }
        try {
            var request = new PKCS10CertificationRequest(certificationRequest);
            SubjectPublicKeyInfo key = request.getSubjectPublicKeyInfo();
            if (!key.getAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                    || !SECObjectIdentifiers.secp256r1.equals(key.getAlgorithm().getParameters())) {
                throw new IllegalArgumentException("certification_request is not for a P-256 key");
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException(
                        "certification_request is not signed by its own key");
            }
            checkNames(request, node);
            PublicKey publicKey =
                    KeyFactory.getInstance("EC")
                            .generatePublic(new X509EncodedKeySpec(key.getEncoded()));
            if (publicKey instanceof ECPublicKey) {
                return publicKey;
            }
            throw new IllegalArgumentException("certification_request is not for a P-256 key");
        } catch (IOException
                | PKCSException
                | OperatorCreationException
                | GeneralSecurityException
                | RuntimeException e) {
            // The library's own slips on hostile bytes are the request's, too.
            throw e instanceof IllegalArgumentException ours
                            && isTold(ours, "certification_request")
                    ? ours
                    : new IllegalArgumentException("certification_request is malformed", e);
        }
    }

    private static Ed25519PublicKeyParameters identity(byte[] identityKey) {
        if (identityKey.length == 0 || identityKey.length > IDENTITY_KEY_BYTES_MAX) {
            throw new IllegalArgumentException("identity_key is empty or too long");
        }
        try {
            var key = SubjectPublicKeyInfo.getInstance(identityKey);
            if (!key.getAlgorithm().getAlgorithm().equals(EdECObjectIdentifiers.id_Ed25519)
                    || key.getEncoded().length != identityKey.length) {
                throw new IllegalArgumentException("identity_key is not an Ed25519 key");
            }
            byte[] point = key.getPublicKeyData().getOctets();
            // For a point of small order anybody can sign.
            if (point.length != Ed25519.PUBLIC_KEY_SIZE
                    || !Ed25519.validatePublicKeyFull(point, 0)) {
                throw new IllegalArgumentException("identity_key is a weak key");
            }
            return new Ed25519PublicKeyParameters(point, 0);
        } catch (IOException | RuntimeException e) {
            throw e instanceof IllegalArgumentException ours && isTold(ours, "identity_key")
                    ? ours
                    : new IllegalArgumentException("identity_key is not an Ed25519 key", e);
        }
    }

    /** Whether it is one of our own, which names the field. */
    private static boolean isTold(IllegalArgumentException refused, String field) {
        return refused.getMessage() != null && refused.getMessage().startsWith(field);
    }
}
