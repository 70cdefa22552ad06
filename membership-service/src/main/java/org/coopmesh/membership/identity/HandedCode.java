package org.coopmesh.membership.identity;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Locale;

/** A code that one person hands to another: 128 bits, in groups of five that can be read out. */
final class HandedCode {
    private static final int BITS = 128;
    private static final int RADIX = 32;
    private static final int LENGTH = 26;
    private static final SecureRandom RANDOM = new SecureRandom();

    private HandedCode() {}

    static String next() {
        String digits = new BigInteger(BITS, RANDOM).toString(RADIX);
        return ("0".repeat(LENGTH - digits.length()) + digits).replaceAll("(.{5})(?!$)", "$1-");
    }

    /** What is kept of it, however it was typed. */
    static String digest(String typed) {
        return SecretDigest.of(typed.replaceAll("[\\s-]", "").toLowerCase(Locale.ROOT));
    }
}
