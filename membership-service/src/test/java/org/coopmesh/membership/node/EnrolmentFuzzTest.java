package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Whatever stands before the door with a request for a certificate is let in with a proof, or refused with a reason. */
class EnrolmentFuzzTest {
    private static final EnrolmentCode CODE =
            EnrolmentCode.parse("0000-0000-0000-0000-0000-0000-00");
    private static final byte[] SECRET = new byte[Ed25519.SECRET_KEY_SIZE];
    private static final byte[] IDENTITY = identity();
    private static final KeyPair TLS = tls();

    @FuzzTest
    void noUnsignedRequestIsLetIn(byte[] request) {
        try {
            Possession.renewing(request, IDENTITY, new byte[Ed25519.SIGNATURE_SIZE]);
            throw new AssertionError("let in");
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @FuzzTest
    void noOtherIdentityIsLetIn(byte[] identity) throws Exception {
        byte[] request = request(null);
        try {
            Possession.enrolling(request, identity, new byte[Ed25519.SIGNATURE_SIZE], CODE);
            throw new AssertionError("let in");
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("identity");
        }
    }

    /** Everybody can sign a request of their own: then it is what is asked for that has to be refused. */
    @FuzzTest
    void aSignedRequestAsksForTheNodesNameOrIsRefused(byte[] attributes) throws Exception {
        ASN1Set asked;
        try {
            asked = ASN1Set.getInstance(ASN1Primitive.fromByteArray(attributes));
        } catch (IOException | RuntimeException noSet) {
            return;
        }
        byte[] request;
        try {
            request = request(asked);
        } catch (RuntimeException notEvenToBeWritten) {
            return;
        }
        byte[] signed = signed(request);
        try {
            Possession let = Possession.renewing(request, IDENTITY, signed);
            assertThat(let.node()).isEqualTo(NodeId.ofKey(IDENTITY));
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).startsWith("certification_request");
        }
    }

    @FuzzTest
    void anyTextIsACodeOrNone(byte[] text) {
        try {
            EnrolmentCode code = EnrolmentCode.parse(new String(text, StandardCharsets.UTF_8));
            assertThat(code.bytes()).hasSize(26);
        } catch (IllegalArgumentException none) {
            assertThat(none).hasMessage("code is not 26 characters of base 32");
        }
    }

    private static byte[] request(ASN1Set attributes) throws GeneralSecurityException, IOException {
        var info =
                new CertificationRequestInfo(
                        new X500Name("CN=node"),
                        SubjectPublicKeyInfo.getInstance(TLS.getPublic().getEncoded()),
                        attributes);
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(TLS.getPrivate());
        signature.update(info.getEncoded("DER"));
        return new CertificationRequest(
                        info,
                        new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256),
                        new DERBitString(signature.sign()))
                .getEncoded("DER");
    }

    private static byte[] signed(byte[] request) {
        byte[] label = "coopmesh-renew-v1\0".getBytes(StandardCharsets.US_ASCII);
        byte[] hash = NodeId.sha256(request);
        byte[] message = Arrays.copyOf(label, label.length + hash.length);
        System.arraycopy(hash, 0, message, label.length, hash.length);
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(SECRET, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    private static byte[] identity() {
        byte[] key = new byte[44];
        byte[] before = {0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0};
        System.arraycopy(before, 0, key, 0, before.length);
        Ed25519.generatePublicKey(SECRET, 0, key, before.length);
        return key;
    }

    private static KeyPair tls() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
