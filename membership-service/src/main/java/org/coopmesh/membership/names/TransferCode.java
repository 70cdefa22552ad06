package org.coopmesh.membership.names;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A one-time code of 130 bits that takes an offered name over. Written as 26 characters of Crockford base 32; case, spaces and
 * hyphens are ignored. The register keeps only its hash.
 */
record TransferCode(String text) {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 26;
    private static final Pattern FORM = Pattern.compile("[0-9A-HJKMNP-TV-Z]{26}");

    static TransferCode random(SecureRandom random) {
        var out = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            out.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new TransferCode(out.toString());
    }

    /**
     * Reads what a person typed.
     *
     * @throws NameRefused if it cannot be a code
     */
    static TransferCode parse(String typed) {
        String text = typed.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
        if (!FORM.matcher(text).matches()) {
            throw new NameRefused("code", "form", "a code has 26 letters and digits");
        }
        return new TransferCode(text);
    }

    byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Never in a log. */
    @Override
    public String toString() {
        return "TransferCode[…]";
    }
}
