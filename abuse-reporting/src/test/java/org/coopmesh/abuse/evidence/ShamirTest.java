package org.coopmesh.abuse.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.coopmesh.abuse.evidence.Shamir.Share;
import org.junit.jupiter.api.Test;

class ShamirTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Property(tries = 300)
    void anyOfEnoughSharesGiveTheSecretBack(
            @ForAll @Size(min = 1, max = 40) byte[] secret,
            @ForAll @IntRange(min = 1, max = 9) int needed,
            @ForAll @IntRange(min = 0, max = 6) int more,
            @ForAll long seed) {
        List<Share> shares = new ArrayList<>(Shamir.split(secret, needed, needed + more, RANDOM));
        Collections.shuffle(shares, new Random(seed));

        assertThat(Shamir.join(shares.subList(0, needed))).isEqualTo(secret);
        assertThat(Shamir.join(shares)).isEqualTo(secret);
    }

    /** For every secret byte there is exactly one missing share: the shares at hand fit them all alike. */
    @Test
    void oneShareTooFewFitsEverySecret() {
        Share known = Shamir.split(new byte[] {42}, 2, 2, RANDOM).getFirst();
        var secrets = new java.util.HashSet<Byte>();
        for (int missing = 0; missing < 256; missing++) {
            secrets.add(Shamir.join(List.of(known, new Share(2, new byte[] {(byte) missing})))[0]);
        }

        assertThat(secrets).hasSize(256);
    }

    /** A share by itself is a random byte, whatever the secret: over many splits each value comes up, at every place. */
    @Test
    void aShareAloneSaysNothing() {
        for (int place = 0; place < 3; place++) {
            var values = new java.util.HashSet<Byte>();
            for (int i = 0; i < 5_000; i++) {
                values.add(Shamir.split(new byte[] {42}, 2, 3, RANDOM).get(place).values()[0]);
            }
            assertThat(values).hasSize(256);
        }
    }

    @Test
    void twoOfThreeSharesOfASecretForThreeDoNotGiveIt() {
        int given = 0;
        for (int i = 0; i < 1_000; i++) {
            byte[] secret = {1, 2, 3, 4};
            List<Share> shares = Shamir.split(secret, 3, 3, RANDOM);
            if (java.util.Arrays.equals(Shamir.join(shares.subList(0, 2)), secret)) given++;
        }

        assertThat(given).isZero();
    }

    @Test
    void anAlteredShareGivesSomethingElse() {
        byte[] secret = {1, 2, 3};
        List<Share> shares = Shamir.split(secret, 3, 3, RANDOM);
        shares.get(1).values()[0] ^= 1;

        assertThat(Shamir.join(shares)).isNotEqualTo(secret);
    }

    @Test
    void theFieldIsThatOfAes() {
        assertThat(Shamir.times(0x57, 0x83)).isEqualTo(0xc1); // FIPS 197, 4.2
        assertThat(Shamir.times(0x57, 0x13)).isEqualTo(0xfe);
        for (int a = 1; a < 256; a++) {
            assertThat(Shamir.times(a, Shamir.inverse(a))).isEqualTo(1);
            for (int b = 0; b < 256; b++) {
                assertThat(Shamir.times(a, b)).isEqualTo(Shamir.times(b, a)).isBetween(0, 255);
            }
        }
    }

    /** Worked by hand: 42 + 7x over the field, at 1, 2 and 3. */
    @Test
    void aKnownPolynomialGivesItsConstant() {
        List<Share> shares =
                List.of(
                        new Share(1, new byte[] {0x2a ^ 0x07}),
                        new Share(2, new byte[] {0x2a ^ 0x0e}),
                        new Share(3, new byte[] {0x2a ^ 0x09}));

        assertThat(HexFormat.of().formatHex(Shamir.join(shares.subList(0, 2)))).isEqualTo("2a");
        assertThat(Shamir.join(shares.subList(1, 3))).containsExactly(0x2a);
    }

    @Test
    void whatCannotBeSplitOrJoinedIsRefused() {
        byte[] secret = {1};
        assertThatIllegalArgumentException().isThrownBy(() -> Shamir.split(secret, 0, 3, RANDOM));
        assertThatIllegalArgumentException().isThrownBy(() -> Shamir.split(secret, 4, 3, RANDOM));
        assertThatIllegalArgumentException().isThrownBy(() -> Shamir.split(secret, 2, 256, RANDOM));
        assertThatIllegalArgumentException().isThrownBy(() -> Shamir.join(List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shamir.join(List.of(new Share(1, secret), new Share(1, secret))));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Shamir.join(List.of(new Share(1, secret), new Share(2, new byte[2]))));
    }
}
