package org.coopmesh.membership.identity;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.apache.commons.codec.binary.Base32;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.encrypt.AesBytesEncryptor;
import org.springframework.security.crypto.encrypt.BytesEncryptor;
import org.springframework.security.crypto.keygen.KeyGenerators;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/**
 * Codes of an app as the second proof beside a password (RFC 6238: SHA-1, six digits, thirty seconds, one step either way), and
 * spare codes for who has lost it. A code counts once, a spare code too.
 */
@Repository
class CodeApps {
    static final int SPARE_CODES = 10;

    private static final TimeBasedOneTimePasswordGenerator CODES =
            new TimeBasedOneTimePasswordGenerator();
    private static final Duration STEP = CODES.getTimeStep();
    private static final int STEPS_EITHER_WAY = 1;
    private static final int SECRET_BYTES = 20;
    private static final int SPARE_CODE_BYTES = 10;
    private static final int SPARE_CODE_HALF = 8;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 16;
    private static final String KEY_FILE = "code-app.key";

    private final JdbcClient db;
    private final BytesEncryptor sealing;
    private final SecureRandom random = new SecureRandom();

    CodeApps(JdbcClient db, IdentitySettings settings) {
        this.db = db;
        byte[] key =
                Base64.getDecoder()
                        .decode(KeyFile.read(settings.keysDir(), KEY_FILE, this::madeKey).strip());
        this.sealing =
                new AesBytesEncryptor(
                        new SecretKeySpec(key, "AES"),
                        KeyGenerators.secureRandom(NONCE_BYTES),
                        AesBytesEncryptor.CipherAlgorithm.GCM);
    }

    private String madeKey() {
        return Base64.getEncoder().encodeToString(bytes(KEY_BYTES));
    }

    /** A secret to show, once. */
    record Secret(byte[] bytes) {
        String text() {
            return new Base32().encodeAsString(bytes).replace("=", "");
        }

        /** What apps read from a QR code. */
        String uri(String coop, String email) {
            return "otpauth://totp/%s:%s?secret=%s&issuer=%s"
                    .formatted(encoded(coop), encoded(email), text(), encoded(coop));
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        }
    }

    /** Whether the account asks for a code. */
    boolean isOn(AccountId account) {
        return db.sql(
                        """
                        select exists (select from code_app
                                       where account_id = :account and confirmed_at is not null)
                        """)
                .param("account", account.value())
                .query(Boolean.class)
                .single();
    }

    /** A new secret that counts only once {@link #confirm} has seen a code; empty where the account has one that counts. */
    Optional<Secret> begin(AccountId account) {
        var secret = new Secret(bytes(SECRET_BYTES));
        int changed =
                db.sql(
                                """
                                insert into code_app (account_id, secret) values (:account, :secret)
                                on conflict (account_id) do update set secret = excluded.secret, last_step = 0
                                where code_app.confirmed_at is null
                                """)
                        .param("account", account.value())
                        .param("secret", sealing.encrypt(secret.bytes()))
                        .update();
        return changed == 1 ? Optional.of(secret) : Optional.empty();
    }

    /** The secret that waits for its first code. */
    Optional<Secret> begun(AccountId account) {
        return db.sql(
                        """
                        select secret from code_app
                        where account_id = :account and confirmed_at is null
                        """)
                .param("account", account.value())
                .query(byte[].class)
                .optional()
                .map(sealed -> new Secret(sealing.decrypt(sealed)));
    }

    /**
     * Lets the secret count from now on.
     *
     * @return spare codes, to be shown once; empty if the code is not right
     */
    @Transactional
    Optional<List<String>> confirm(AccountId account, String code, Instant now) {
        if (begun(account).isEmpty() || !isAppCode(account, code, now)) return Optional.empty();
        db.sql("update code_app set confirmed_at = :at where account_id = :account")
                .param("account", account.value())
                .param("at", OffsetDateTime.ofInstant(now, ZoneOffset.UTC))
                .update();
        return Optional.of(newSpareCodes(account));
    }

    /** Replaces all spare codes. */
    @Transactional
    List<String> newSpareCodes(AccountId account) {
        db.sql("delete from spare_code where account_id = :account")
                .param("account", account.value())
                .update();
        var codes = new ArrayList<String>();
        while (codes.size() < SPARE_CODES) {
            String letters =
                    new Base32().encodeAsString(bytes(SPARE_CODE_BYTES)).toLowerCase(Locale.ROOT);
            codes.add(
                    letters.substring(0, SPARE_CODE_HALF)
                            + "-"
                            + letters.substring(SPARE_CODE_HALF));
        }
        codes.forEach(code ->
                db.sql("insert into spare_code (account_id, digest) values (:account, :digest)")
                        .param("account", account.value())
                        .param("digest", digest(code))
                        .update());
        return codes;
    }

    int spareCodesLeft(AccountId account) {
        return db.sql("select count(*) from spare_code where account_id = :account")
                .param("account", account.value())
                .query(Integer.class)
                .single();
    }

    /** Whether {@code code} is one of the app or a spare one; it never is again. */
    @Transactional
    boolean takes(AccountId account, String code, Instant now) {
        return isOn(account)
                && (isAppCode(account, code, now)
                        || db.sql(
                                                """
                                                delete from spare_code
                                                where account_id = :account and digest = :digest
                                                """)
                                        .param("account", account.value())
                                        .param("digest", digest(code))
                                        .update()
                                == 1);
    }

    /** The account asks for no code any more. */
    @Transactional
    boolean remove(AccountId account) {
        db.sql("delete from spare_code where account_id = :account")
                .param("account", account.value())
                .update();
        return db.sql("delete from code_app where account_id = :account")
                        .param("account", account.value())
                        .update()
                == 1;
    }

    private boolean isAppCode(AccountId account, String code, Instant now) {
        Optional<byte[]> secret =
                db.sql("select secret from code_app where account_id = :account")
                        .param("account", account.value())
                        .query(byte[].class)
                        .optional();
        if (secret.isEmpty()) return false;
        OptionalLong step = step(sealing.decrypt(secret.get()), code, now);
        return step.isPresent()
                && db.sql(
                                        """
                                        update code_app set last_step = :step
                                        where account_id = :account and last_step < :step
                                        """)
                                .param("account", account.value())
                                .param("step", step.getAsLong())
                                .update()
                        == 1;
    }

    /** Of which step {@code code} is, around {@code now}. */
    static OptionalLong step(byte[] secret, String code, Instant now) {
        String digits = code.replace(" ", "");
        SecretKey key = new SecretKeySpec(secret, CODES.getAlgorithm());
        for (int way = -STEPS_EITHER_WAY; way <= STEPS_EITHER_WAY; way++) {
            Instant at = now.plus(STEP.multipliedBy(way));
            if (MessageDigest.isEqual(
                    code(key, at).getBytes(StandardCharsets.UTF_8),
                    digits.getBytes(StandardCharsets.UTF_8))) {
                return OptionalLong.of(at.getEpochSecond() / STEP.toSeconds());
            }
        }
        return OptionalLong.empty();
    }

    private static String code(SecretKey key, Instant at) {
        try {
            return CODES.generateOneTimePasswordString(key, at, Locale.ROOT);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] digest(String spareCode) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(
                            spareCode
                                    .strip()
                                    .toLowerCase(Locale.ROOT)
                                    .getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
