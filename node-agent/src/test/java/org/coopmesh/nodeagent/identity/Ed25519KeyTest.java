package org.coopmesh.nodeagent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.junit.jupiter.api.Test;

class Ed25519KeyTest {
    private final Ed25519PrivateKeyParameters key =
            new Ed25519PrivateKeyParameters(new SecureRandom());

    @Test
    void itIsWrittenAsOthersWriteIt() throws Exception {
        byte[] publicKey =
                SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key.generatePublicKey())
                        .getEncoded();

        assertThat(Ed25519Key.publicKeyOf(key.getEncoded())).isEqualTo(publicKey);
        var read = PrivateKeyFactory.createKey(Ed25519Key.privateKeyInfo(key.getEncoded()));
        assertThat(((Ed25519PrivateKeyParameters) read).getEncoded()).isEqualTo(key.getEncoded());
    }

    @Test
    void filesOfEarlierAgentsAndOfOthersAreRead() throws Exception {
        byte[] withPublicKey = PrivateKeyInfoFactory.createPrivateKeyInfo(key).getEncoded();
        byte[] ofTheRuntime =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate().getEncoded();

        assertThat(withPublicKey).hasSize(83);
        assertThat(Ed25519Key.secretIn(withPublicKey)).isEqualTo(key.getEncoded());
        assertThat(Ed25519Key.secretIn(ofTheRuntime))
                .isEqualTo(
                        ((Ed25519PrivateKeyParameters) PrivateKeyFactory.createKey(ofTheRuntime))
                                .getEncoded());
    }

    @Test
    void onlyItsOwnSignatureOverTheSameBytesCounts() {
        byte[] message = {1, 2, 3};
        byte[] signature = Ed25519Key.sign(key.getEncoded(), message);
        Ed25519Key known = Ed25519Key.read(Ed25519Key.publicKeyOf(key.getEncoded()));

        assertThat(known.signed(message, signature)).isTrue();
        assertThat(known.signed(new byte[] {1, 2, 4}, signature)).isFalse();
        assertThat(known.signed(message, Arrays.copyOf(signature, 63))).isFalse();
        signature[5] ^= 1;
        assertThat(known.signed(message, signature)).isFalse();
    }

    @Test
    void whatIsNoSuchKeyIsRefused() throws Exception {
        byte[] publicKey = Ed25519Key.publicKeyOf(key.getEncoded());
        byte[] privateKey = Ed25519Key.privateKeyInfo(key.getEncoded());
        byte[] another =
                KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic().getEncoded();

        assertThatIllegalArgumentException().isThrownBy(() -> Ed25519Key.read(another));
        for (int length = 0; length < publicKey.length; length++) {
            byte[] cut = Arrays.copyOf(publicKey, length);
            assertThatIllegalArgumentException().isThrownBy(() -> Ed25519Key.read(cut));
        }
        for (int at = 0; at < 12; at++) {
            byte[] bent = publicKey.clone();
            bent[at] ^= 1;
            assertThatIllegalArgumentException().isThrownBy(() -> Ed25519Key.read(bent));
        }
        for (int length = 0; length < privateKey.length; length++) {
            byte[] cut = Arrays.copyOf(privateKey, length);
            assertThatIllegalArgumentException().isThrownBy(() -> Ed25519Key.secretIn(cut));
        }
        for (int at = 0; at < 16; at++) {
            byte[] bent = privateKey.clone();
            bent[at] ^= 1;
            assertThatIllegalArgumentException().isThrownBy(() -> Ed25519Key.secretIn(bent));
        }
    }
}
