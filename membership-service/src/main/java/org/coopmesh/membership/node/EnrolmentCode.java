package org.coopmesh.membership.node;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A one-time code of 128 bits that lets one key in. Written as 26 characters of Crockford base 32; case and hyphens are
 * ignored. The register keeps only its hash.
 */
record EnrolmentCode(String text) {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int BITS = 128;
    private static final int LENGTH = 26;
    private static final Pattern FORM = Pattern.compile("[0-9A-HJKMNP-TV-Z]{26}");

    EnrolmentCode {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("code is not 26 characters of base 32");
        }
    }

    static EnrolmentCode random(SecureRandom random) {
        var number = new BigInteger(BITS, random);
        var out = new StringBuilder(LENGTH);
        for (int i = LENGTH - 1; i >= 0; i--) {
            out.append(ALPHABET.charAt(number.shiftRight(5 * i).intValue() & 31));
        }
        return new EnrolmentCode(out.toString());
    }

    /** Reads what a person or an agent typed. */
    static EnrolmentCode parse(String typed) {
        return new EnrolmentCode(typed.replace("-", "").strip().toUpperCase(Locale.ROOT));
    }

    byte[] bytes() {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] hash() {
        return NodeId.sha256(bytes());
    }

    /** Never in a log. */
    @Override
    public String toString() {
        return "EnrolmentCode[…]";
    }
}
