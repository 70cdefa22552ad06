package org.coopmesh.membership.zone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSOutput;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TSIGRecord;
import org.xbill.DNS.TextParseException;

/**
 * The TSIG keys (RFC 8945) of who may fetch the zone, hmac-sha256 only. Signatures are compared here, in constant time, which the
 * library does not do.
 */
final class TransferKeys {
    private static final int KEYS_MAX = 16;
    private static final int SECRET_BYTES_LEAST = 16;
    private static final int HEADER_BYTES = 12;
    private static final int ADDITIONAL_COUNT_AT = 10;
    private static final int MAC_BYTES = 32;
    private static final Duration FUDGE_MAX = Duration.ofMinutes(5);
    private static final String ALGORITHM = "HmacSHA256";

    private final Map<Name, SecretKey> keys;

    private TransferKeys(Map<Name, SecretKey> keys) {
        this.keys = Map.copyOf(keys);
    }

    static TransferKeys none() {
        return new TransferKeys(Map.of());
    }

    /**
     * Reads lines of {@code name hmac-sha256 base64}; empty lines and those that begin with a number sign are left out.
     *
     * @throws IllegalArgumentException if a line is malformed, or there are more than 16
     */
    static TransferKeys read(Path file) throws IOException {
        var keys = new LinkedHashMap<Name, SecretKey>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (line.isBlank() || line.strip().startsWith("#")) continue;
            String[] parts = line.strip().split("\\s+");
            if (parts.length != 3 || !parts[1].equals("hmac-sha256")) {
                throw wrong(number, "is a name, hmac-sha256 and a secret in base64");
            }
            try {
                byte[] secret = Base64.getDecoder().decode(parts[2]);
                if (secret.length < SECRET_BYTES_LEAST) {
                    throw wrong(number, "has a secret of less than 16 bytes");
                }
                if (keys.put(name(parts[0]), new SecretKeySpec(secret, ALGORITHM)) != null) {
                    throw wrong(number, "names a key twice");
                }
            } catch (TextParseException malformed) {
                throw wrong(number, "has no name that DNS knows");
            }
        }
        if (keys.isEmpty() || keys.size() > KEYS_MAX) {
            throw new IllegalArgumentException("coopmesh.zone.key-file has 1 to 16 keys");
        }
        return new TransferKeys(keys);
    }

    private static IllegalArgumentException wrong(int line, String rule) {
        return new IllegalArgumentException("coopmesh.zone.key-file: line " + line + " " + rule);
    }

    private static Name name(String text) throws TextParseException {
        return Name.fromString(text, Name.root).canonicalize();
    }

    /** The key of this name, to sign with. */
    Optional<TSIG> signer(Name name) {
        SecretKey key = keys.get(name.canonicalize());
        return key == null
                ? Optional.empty()
                : Optional.of(new TSIG(TSIG.HMAC_SHA256, name.canonicalize(), key));
    }

    Optional<TSIG> signer(String name) {
        try {
            return signer(name(name));
        } catch (TextParseException malformed) {
            return Optional.empty();
        }
    }

    /** NOERROR, BADKEY, BADSIG, BADTIME or FORMERR, for a request that came as {@code raw} and was read as {@code message}. */
    int verify(Message message, byte[] raw, TSIGRecord signature, Instant now) {
        if (signature.getDClass() != DClass.ANY || signature.getTTL() != 0) return Rcode.FORMERR;
        SecretKey key = keys.get(signature.getName().canonicalize());
        if (key == null || !signature.getAlgorithm().equals(TSIG.HMAC_SHA256)) return Rcode.BADKEY;
        byte[] expected;
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            int end = lastRecord(message.getHeader(), raw);
            byte[] header = new byte[HEADER_BYTES];
            System.arraycopy(raw, 0, header, 0, HEADER_BYTES);
            put16(header, 0, signature.getOriginalID());
            put16(
                    header,
                    ADDITIONAL_COUNT_AT,
                    message.getHeader().getCount(Section.ADDITIONAL) - 1);
            mac.update(header);
            mac.update(raw, HEADER_BYTES, end - HEADER_BYTES);
            expected = mac.doFinal(variables(signature));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IndexOutOfBoundsException torn) {
            return Rcode.FORMERR;
        }
        byte[] shown = signature.getSignature();
        if (shown.length != MAC_BYTES || !MessageDigest.isEqual(expected, shown)) {
            return Rcode.BADSIG;
        }
        Duration fudge =
                signature.getFudge().compareTo(FUDGE_MAX) > 0 ? FUDGE_MAX : signature.getFudge();
        return Duration.between(signature.getTimeSigned(), now).abs().compareTo(fudge) > 0
                ? Rcode.BADTIME
                : Rcode.NOERROR;
    }

    private static byte[] variables(TSIGRecord signature) {
        var out = new DNSOutput();
        out.writeByteArray(signature.getName().toWireCanonical());
        out.writeU16(DClass.ANY);
        out.writeU32(0);
        out.writeByteArray(signature.getAlgorithm().toWireCanonical());
        long seconds = signature.getTimeSigned().getEpochSecond();
        out.writeU16((int) (seconds >>> 32));
        out.writeU32(seconds & 0xffff_ffffL);
        out.writeU16((int) signature.getFudge().toSeconds());
        out.writeU16(signature.getError());
        byte[] other = signature.getOther() == null ? new byte[0] : signature.getOther();
        out.writeU16(other.length);
        out.writeByteArray(other);
        return out.toByteArray();
    }

    /** Where the last record of a message begins: that of TSIG always is the last. */
    private static int lastRecord(Header header, byte[] raw) {
        int at = HEADER_BYTES;
        for (int i = 0; i < header.getCount(Section.QUESTION); i++) at = afterName(raw, at) + 4;
        int records =
                header.getCount(Section.ANSWER)
                        + header.getCount(Section.AUTHORITY)
                        + header.getCount(Section.ADDITIONAL);
        for (int i = 0; i < records - 1; i++) {
            at = afterName(raw, at) + 8;
            at += 2 + (Byte.toUnsignedInt(raw[at]) << 8 | Byte.toUnsignedInt(raw[at + 1]));
        }
        return at;
    }

    private static int afterName(byte[] raw, int from) {
        int at = from;
        while (true) {
            int length = Byte.toUnsignedInt(raw[at]);
            if (length == 0) return at + 1;
            if (length >= 0xc0) return at + 2;
            at += 1 + length;
        }
    }

    private static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }
}
