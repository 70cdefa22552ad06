package org.coopmesh.billing.provider;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 over bytes as they came, compared in constant time. */
final class Signatures {
    private Signatures() {}

    static byte[] hmac(byte[] secret, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            for (byte[] part : parts) mac.update(part);
            return mac.doFinal();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether any of {@code hex} is what any of {@code secrets} makes of {@code parts}. */
    static boolean match(Collection<String> hex, Collection<String> secrets, byte[]... parts) {
        boolean found = false;
        for (String secret : secrets) {
            byte[] wanted = hmac(secret.getBytes(StandardCharsets.UTF_8), parts);
            for (String each : hex) {
                found |= MessageDigest.isEqual(wanted, bytes(each));
            }
        }
        return found;
    }

    private static byte[] bytes(String hex) {
        try {
            return HexFormat.of().parseHex(hex.strip().toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException noHex) {
            return new byte[0];
        }
    }
}
