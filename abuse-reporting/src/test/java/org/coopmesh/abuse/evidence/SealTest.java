package org.coopmesh.abuse.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SealTest {
    private static final UUID ID = UUID.randomUUID();
    private static final byte[] SECRET = "a secret of a file".getBytes(StandardCharsets.UTF_8);

    @Test
    void onlyThePassphraseUnlocksAKey() throws Exception {
        Seal.KeyPair key = Seal.newKey(ID, "correct horse battery".toCharArray());

        assertThat(Seal.unlock(ID, key, "correct horse battery".toCharArray())).hasSize(32);
        broken(() -> Seal.unlock(ID, key, "correct horse batterz".toCharArray()));
        broken(() -> Seal.unlock(ID, key, new char[0]));
        broken(() -> Seal.unlock(UUID.randomUUID(), key, "correct horse battery".toCharArray()));
    }

    @Test
    void onlyTheKeyItWasHandedToTakesASecretAndOnlyForItsPurpose() throws Exception {
        char[] passphrase = "correct horse battery".toCharArray();
        Seal.KeyPair key = Seal.newKey(ID, passphrase);
        Seal.KeyPair other = Seal.newKey(ID, passphrase);
        byte[] sealed = Seal.hand(key.publicKey(), SECRET, "file 1");
        byte[] privateKey = Seal.unlock(ID, key, passphrase);

        assertThat(Seal.take(key.publicKey(), privateKey, sealed, "file 1")).isEqualTo(SECRET);
        broken(() -> Seal.take(key.publicKey(), privateKey, sealed, "file 2"));
        byte[] others = Seal.unlock(ID, other, passphrase);
        broken(() -> Seal.take(other.publicKey(), others, sealed, "file 1"));
        for (int i = 0; i < sealed.length; i++) {
            byte[] altered = sealed.clone();
            altered[i] ^= 1;
            broken(() -> Seal.take(key.publicKey(), privateKey, altered, "file 1"));
        }
        broken(() -> Seal.take(key.publicKey(), privateKey, new byte[3], "file 1"));
    }

    @Test
    void byOneAgreementManySecretsAreHandedEachForItsPurposeOnly() throws Exception {
        char[] passphrase = "correct horse battery".toCharArray();
        Seal.KeyPair key = Seal.newKey(ID, passphrase);
        Seal.KeyPair other = Seal.newKey(ID, passphrase);
        var agreement = new Seal.Agreement(key.publicKey(), Instant.EPOCH);
        byte[] one = agreement.hand(SECRET, "file 1");
        byte[] two = agreement.hand(SECRET, "file 2");
        byte[] privateKey = Seal.unlock(ID, key, passphrase);

        assertThat(Seal.take(key.publicKey(), privateKey, one, "file 1")).isEqualTo(SECRET);
        assertThat(Seal.take(key.publicKey(), privateKey, two, "file 2")).isEqualTo(SECRET);
        broken(() -> Seal.take(key.publicKey(), privateKey, one, "file 2"));
        byte[] others = Seal.unlock(ID, other, passphrase);
        broken(() -> Seal.take(other.publicKey(), others, one, "file 1"));
        for (int i = 0; i < one.length; i++) {
            byte[] altered = one.clone();
            altered[i] ^= 1;
            broken(() -> Seal.take(key.publicKey(), privateKey, altered, "file 1"));
        }
        broken(() -> Seal.take(key.publicKey(), privateKey, Arrays.copyOf(one, 32), "file 1"));
    }

    @Test
    void anAgreementEnds() {
        Seal.KeyPair key = Seal.newKey(ID, "correct horse battery".toCharArray());
        var agreement = new Seal.Agreement(key.publicKey(), Instant.EPOCH);

        assertThat(agreement.lasts(Instant.EPOCH.plus(Seal.Agreement.LASTS).minusNanos(1)))
                .isTrue();
        assertThat(agreement.lasts(Instant.EPOCH.plus(Seal.Agreement.LASTS))).isFalse();
    }

    @Test
    void anAlteredContentDoesNotOpen() throws Exception {
        byte[] key = Seal.random(32);
        byte[] locked = Seal.lock(key, SECRET, "file 1");

        assertThat(Seal.open(key, locked, "file 1")).isEqualTo(SECRET);
        assertThat(Seal.lock(key, SECRET, "file 1")).isNotEqualTo(locked);
        broken(() -> Seal.open(key, locked, "file 2"));
        locked[locked.length - 1] ^= 1;
        broken(() -> Seal.open(key, locked, "file 1"));
        broken(() -> Seal.open(key, new byte[5], "file 1"));
    }

    private static void broken(org.assertj.core.api.ThrowableAssert.ThrowingCallable step) {
        assertThatExceptionOfType(Seal.Broken.class).isThrownBy(step);
    }
}
