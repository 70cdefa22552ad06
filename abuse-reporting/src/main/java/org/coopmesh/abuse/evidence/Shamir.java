package org.coopmesh.abuse.evidence;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * Splits a secret so that any {@code needed} of its shares give it back and fewer say nothing about it (Shamir 1979). Each byte is the
 * value at 0 of a random polynomial over GF(2^8) with the modulus of AES; a share holds the values at its place. Multiplication
 * looks nothing up and branches on nothing secret.
 */
final class Shamir {
    static final int SHARES_MAX = 255;

    private Shamir() {}

    /**
     * A point of each polynomial.
     *
     * @param place 1 to 255; no two shares of one secret have the same
     */
    record Share(int place, byte[] values) {
        Share {
            if (place < 1 || place > SHARES_MAX) {
                throw new IllegalArgumentException("no such place: " + place);
            }
        }

        @Override
        public String toString() {
            return "Share " + place; // Never a secret into a log.
        }
    }

    /**
     * Splits {@code secret} into {@code shares}, any {@code needed} of which give it back.
     *
     * @throws IllegalArgumentException unless 1 ≤ needed ≤ shares ≤ 255
     */
    static List<Share> split(byte[] secret, int needed, int shares, SecureRandom random) {
        if (needed < 1 || needed > shares || shares > SHARES_MAX) {
            throw new IllegalArgumentException(needed + " of " + shares);
        }
        var coefficients = new byte[needed][];
        coefficients[0] = secret;
        for (int degree = 1; degree < needed; degree++) {
            coefficients[degree] = new byte[secret.length];
            random.nextBytes(coefficients[degree]);
        }
        var split = new ArrayList<Share>();
        for (int place = 1; place <= shares; place++) {
            var values = new byte[secret.length];
            for (int degree = needed - 1; degree >= 0; degree--) { // Horner.
                for (int i = 0; i < values.length; i++) {
                    values[i] =
                            (byte)
                                    (times(values[i] & 0xff, place)
                                            ^ coefficients[degree][i] & 0xff);
                }
            }
            split.add(new Share(place, values));
        }
        for (int degree = 1; degree < needed; degree++) Arrays.fill(coefficients[degree], (byte) 0);
        return split;
    }

    /**
     * What the shares give: the secret, if they are as many as were needed and unchanged; else something that says nothing.
     *
     * @throws IllegalArgumentException if there are none, two have one place, or they are not equally long
     */
    static byte[] join(List<Share> shares) {
        if (shares.isEmpty()) throw new IllegalArgumentException("no shares");
        int length = shares.getFirst().values().length;
        var places = new HashSet<Integer>();
        for (Share share : shares) {
            if (!places.add(share.place())) {
                throw new IllegalArgumentException("two shares of place " + share.place());
            }
            if (share.values().length != length) {
                throw new IllegalArgumentException("shares of different secrets");
            }
        }
        var secret = new byte[length];
        for (Share share : shares) { // Lagrange at 0.
            int factor = 1;
            for (Share other : shares) {
                if (other.place() != share.place()) {
                    factor =
                            times(
                                    factor,
                                    times(other.place(), inverse(other.place() ^ share.place())));
                }
            }
            for (int i = 0; i < length; i++) {
                secret[i] ^= (byte) times(share.values()[i] & 0xff, factor);
            }
        }
        return secret;
    }

    /** The product in GF(2^8), modulus x^8 + x^4 + x^3 + x + 1. */
    static int times(int a, int b) {
        int product = 0;
        int shifted = a;
        for (int bit = 0; bit < 8; bit++) {
            product ^= shifted & -(b >> bit & 1);
            shifted = shifted << 1 ^ 0x11b & -(shifted >> 7 & 1);
        }
        return product;
    }

    /** What times {@code a} is 1: the 254th power; 0 for 0. */
    static int inverse(int a) {
        int power = 1;
        for (int i = 0; i < 254; i++) power = times(power, a);
        return power;
    }
}
