package org.coopmesh.billing.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Requests that move money, each done once however often it is sent. */
@Service
public class IdempotencyKeys {
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");

    private final JdbcClient db;
    private final JsonMapper json;
    private final Clock clock;

    IdempotencyKeys(JdbcClient db, JsonMapper json, Clock clock) {
        this.db = db;
        this.json = json;
        this.clock = clock;
    }

    /**
     * Does {@code act} in one transaction with remembering its answer, and gives the remembered answer when the same
     * request comes again, also while the first is still under way.
     *
     * @param action what is asked for; a key counts per action
     * @throws IdempotencyKeyInvalid unless the key is 1 to 200 visible ASCII characters
     * @throws IdempotencyKeyReused if the key came before with another request or from another member
     */
    @Transactional
    public <T> T once(
            String action,
            String caller,
            String key,
            Object request,
            Class<T> answer,
            Supplier<T> act) {
        if (!KEY.matcher(key).matches()) {
            throw new IdempotencyKeyInvalid();
        }
        byte[] hash = sha256(caller + "\n" + json.writeValueAsString(request));
        boolean first =
                db.sql(
                                        """
                                        insert into idempotency_key (action, key, request_sha256, created_at)
                                        values (:action, :key, :hash, :now) on conflict do nothing
                                        """)
                                .param("action", action)
                                .param("key", key)
                                .param("hash", hash)
                                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                                .update()
                        == 1;
        if (!first) {
            record Remembered(byte[] hash, String answer) {}
            Remembered before =
                    db.sql(
                                    """
                                    select request_sha256, answer from idempotency_key where action = :action and key = :key
                                    """)
                            .param("action", action)
                            .param("key", key)
                            .query((rs, row) ->
                                    new Remembered(
                                            rs.getBytes("request_sha256"), rs.getString("answer")))
                            .single();
            if (!Arrays.equals(before.hash(), hash)) {
                throw new IdempotencyKeyReused();
            }
            return json.readValue(before.answer(), answer);
        }
        T result = act.get();
        db.sql(
                        """
                        update idempotency_key set answer = :answer where action = :action and key = :key
                        """)
                .param("answer", json.writeValueAsString(result))
                .param("action", action)
                .param("key", key)
                .update();
        return result;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }
}
