package org.coopmesh.abuse.transparency;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the keys of the log. They stand beside what they sign: one backup has both, every replica the same. */
@Repository
class LogKeys {
    private final JdbcClient db;

    LogKeys(JdbcClient db) {
        this.db = db;
    }

    /** @param until null for the newest; one before it signs beside it until then */
    record Key(NoteKey verifier, PrivateKey secret, Instant since, @Nullable Instant until) {
        boolean signs(Instant now) {
            return until == null || now.isBefore(until);
        }

        SignedNote.Line sign(byte[] message) {
            try {
                Signature signer = Signature.getInstance("Ed25519");
                signer.initSign(secret);
                signer.update(message);
                return SignedNote.Line.of(verifier, signer.sign());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("cannot sign", e);
            }
        }
    }

    /** All there ever were, newest first. */
    List<Key> all() {
        return db.sql("select * from log_key order by since desc").query(LogKeys::key).list();
    }

    /** Makes the first key, unless there is one. */
    void makeFirst(String name, Instant now) {
        insert(name, now, null, null);
    }

    /** Ends the newest key at {@code until} and makes the next. */
    NoteKey replace(String name, Instant now, Instant until, UUID by, String reason) {
        db.sql("update log_key set until = :until where until is null")
                .param("until", time(until))
                .update();
        return insert(name, now, by, reason);
    }

    private NoteKey insert(String name, Instant now, @Nullable UUID by, @Nullable String reason) {
        KeyPair pair = made();
        byte[] info = pair.getPublic().getEncoded();
        byte[] raw = Arrays.copyOfRange(info, info.length - Hash.LENGTH, info.length);
        db.sql(
                        """
                        insert into log_key (public_key, name, secret, since, made_by, reason)
                        values (:key, :name, :secret, :since, cast(:by as uuid), :reason)
                        on conflict do nothing
                        """)
                .param("key", raw)
                .param("name", name)
                .param("secret", pair.getPrivate().getEncoded())
                .param("since", time(now))
                .param("by", by)
                .param("reason", reason)
                .update();
        return NoteKey.of(name, NoteKey.ED25519, raw);
    }

    private static KeyPair made() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make Ed25519 keys here", e);
        }
    }

    private static Key key(ResultSet rs, int row) throws SQLException {
        try {
            OffsetDateTime until = rs.getObject("until", OffsetDateTime.class);
            return new Key(
                    NoteKey.of(rs.getString("name"), NoteKey.ED25519, rs.getBytes("public_key")),
                    KeyFactory.getInstance("Ed25519")
                            .generatePrivate(new PKCS8EncodedKeySpec(rs.getBytes("secret"))),
                    rs.getObject("since", OffsetDateTime.class).toInstant(),
                    until == null ? null : until.toInstant());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key of the log is damaged", e);
        }
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
