package org.coopmesh.abuse.evidence;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for keys, files, shares, consents, readings and erasures. */
@Repository
class Vault {
    private final JdbcClient db;

    Vault(JdbcClient db) {
        this.db = db;
    }

    /** A key with its secret half, locked. */
    record Locked(VaultKey key, Seal.KeyPair pair) {}

    /** Exactly one of {@code clear} and {@code sealed} is there. */
    record File(
            UUID id,
            String category,
            byte @Nullable [] clear,
            byte @Nullable [] sealed,
            int quorum) {}

    /** What a key holds of a file: its share, sealed to it. */
    record Held(UUID file, UUID key, int place, byte[] sealed) {}

    void addKey(Locked locked) {
        VaultKey key = locked.key();
        db.sql(
                        """
                        insert into moderator_key (key_id, moderator_id, public_key, locked_private_key, salt, made_at, admitted_at)
                        values (:id, :moderator, :public, :private, :salt, :at, :admitted)
                        """)
                .param("id", key.id())
                .param("moderator", key.moderator())
                .param("public", locked.pair().publicKey())
                .param("private", locked.pair().lockedPrivateKey())
                .param("salt", locked.pair().salt())
                .param("at", time(key.madeAt()))
                .param("admitted", key.admittedAt() == null ? null : time(key.admittedAt()))
                .update();
    }

    /** One at a time changes who has keys, or seals to them. */
    void serialise() {
        db.sql("select pg_advisory_xact_lock(hashtextextended('evidence keys', 0))")
                .query((rs, row) -> true)
                .single();
    }

    /** Keeps keys as they are until the transaction ends, together with others who only seal to them. */
    void hold() {
        db.sql("select pg_advisory_xact_lock_shared(hashtextextended('evidence keys', 0))")
                .query((rs, row) -> true)
                .single();
    }

    List<Locked> keys() {
        return db.sql("select * from moderator_key order by made_at, key_id")
                .query(Vault::locked)
                .list();
    }

    /** Keys that files are sealed to now. */
    List<Locked> counting() {
        return keys().stream().filter(locked -> locked.key().counts()).toList();
    }

    /** The key of a moderator that is not retired, admitted or not. */
    Optional<Locked> keyOf(UUID moderator) {
        return db.sql(
                        "select * from moderator_key where moderator_id = :moderator and retired_at is null")
                .param("moderator", moderator)
                .query(Vault::locked)
                .optional();
    }

    Optional<Locked> key(UUID id) {
        return db.sql("select * from moderator_key where key_id = :id")
                .param("id", id)
                .query(Vault::locked)
                .optional();
    }

    void admit(UUID id, UUID by, Instant at) {
        db.sql("update moderator_key set admitted_at = :at, admitted_by = :by where key_id = :id")
                .param("id", id)
                .param("by", by)
                .param("at", time(at))
                .update();
    }

    void retire(UUID id, UUID by, Instant at) {
        db.sql(
                        """
                        update moderator_key set retired_at = :at, retired_by = :by, locked_private_key = ''::bytea
                         where key_id = :id
                        """)
                .param("id", id)
                .param("by", by)
                .param("at", time(at))
                .update();
        db.sql("delete from vault_share where key_id = :id").param("id", id).update();
        db.sql("delete from vault_consent where from_key = :id or to_key = :id")
                .param("id", id)
                .update();
    }

    void addFile(File file, byte[] sha256, int sizeBytes) {
        db.sql(
                        """
                        insert into vault_file (file_id, category, clear, sealed, quorum, sha256, size_bytes)
                        values (:id, :category, cast(:clear as bytea), cast(:sealed as bytea), :quorum, :hash, :size)
                        """)
                .param("id", file.id())
                .param("category", file.category())
                .param("clear", file.clear())
                .param("sealed", file.sealed())
                .param("quorum", file.quorum())
                .param("hash", sha256)
                .param("size", sizeBytes)
                .update();
    }

    void addShares(List<Held> shares) {
        if (shares.isEmpty()) return;
        db.sql(
                        """
                        insert into vault_share (file_id, key_id, place, sealed)
                        select * from unnest(:files::uuid[], :keys::uuid[], :places::int[], :sealed::bytea[])
                        """)
                .param("files", shares.stream().map(Held::file).toArray(UUID[]::new))
                .param("keys", shares.stream().map(Held::key).toArray(UUID[]::new))
                .param("places", shares.stream().map(Held::place).toArray(Integer[]::new))
                .param("sealed", shares.stream().map(Held::sealed).toArray(byte[][]::new))
                .update();
    }

    Optional<File> file(UUID id) {
        return db.sql(
                        "select file_id, category, clear, sealed, quorum from vault_file where file_id = :id")
                .param("id", id)
                .query(Vault::file)
                .optional();
    }

    /** Files that came before there was a key; locked until the transaction ends. */
    List<File> inTheClear(int limit) {
        return db.sql(
                        """
                        select file_id, category, clear, sealed, quorum from vault_file
                         where clear is not null order by file_id limit :limit for update skip locked
                        """)
                .param("limit", limit)
                .query(Vault::file)
                .list();
    }

    void sealed(UUID id, byte[] sealed, int quorum) {
        db.sql(
                        "update vault_file set clear = null, sealed = :sealed, quorum = :quorum where file_id = :id")
                .param("id", id)
                .param("sealed", sealed)
                .param("quorum", quorum)
                .update();
    }

    List<Held> sharesOf(UUID key) {
        return db.sql("select file_id, key_id, place, sealed from vault_share where key_id = :key")
                .param("key", key)
                .query(Vault::held)
                .list();
    }

    Optional<Held> share(UUID file, UUID key) {
        return db.sql(
                        "select file_id, key_id, place, sealed from vault_share where file_id = :file and key_id = :key")
                .param("file", file)
                .param("key", key)
                .query(Vault::held)
                .optional();
    }

    /** How many moderators have to open a file together, for a list of keys. */
    int quorum(UUID file) {
        return db.sql("select quorum from vault_file where file_id = :file")
                .param("file", file)
                .query(Integer.class)
                .single();
    }

    /** Files that could not be opened any more without this key. */
    int onlyWith(UUID key) {
        return db.sql(
                        """
                        select count(*) from vault_file f join vault_share mine on mine.file_id = f.file_id and mine.key_id = :key
                         where (select count(*) from vault_share s where s.file_id = f.file_id) - 1 < f.quorum
                        """)
                .param("key", key)
                .query(Integer.class)
                .single();
    }

    /** A share that its holder lets another use for one file, sealed to the other. */
    void addConsent(UUID file, UUID from, UUID to, int place, byte[] sealed, Instant until) {
        db.sql(
                        """
                        insert into vault_consent (file_id, from_key, to_key, place, sealed, until)
                        values (:file, :from, :to, :place, :sealed, :until)
                        on conflict (file_id, from_key, to_key) do update set sealed = :sealed, until = :until
                        """)
                .param("file", file)
                .param("from", from)
                .param("to", to)
                .param("place", place)
                .param("sealed", sealed)
                .param("until", time(until))
                .update();
    }

    List<Held> consents(UUID file, UUID to, Instant now) {
        return db.sql(
                        """
                        select file_id, from_key as key_id, place, sealed from vault_consent
                         where file_id = :file and to_key = :to and until > :now order by place
                        """)
                .param("file", file)
                .param("to", to)
                .param("now", time(now))
                .query(Vault::held)
                .list();
    }

    void forgetConsents(Instant before) {
        db.sql("delete from vault_consent where until <= :before")
                .param("before", time(before))
                .update();
    }

    void addReading(UUID file, UUID moderator, String what, String reason, Instant at) {
        db.sql(
                        """
                        insert into vault_reading (file_id, moderator_id, what, reason, at)
                        values (:file, :moderator, :what, :reason, :at)
                        """)
                .param("file", file)
                .param("moderator", moderator)
                .param("what", what)
                .param("reason", reason)
                .param("at", time(at))
                .update();
    }

    List<EvidenceVault.Reading> readings(UUID file) {
        return db.sql(
                        "select moderator_id, what, reason, at from vault_reading where file_id = :file order by reading_number")
                .param("file", file)
                .query((rs, row) ->
                        new EvidenceVault.Reading(
                                rs.getObject("moderator_id", UUID.class),
                                rs.getString("what"),
                                rs.getString("reason"),
                                rs.getObject("at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** What was looked into below the number {@code before}, newest first. */
    List<EvidenceVault.Look> looks(long before, int limit) {
        return db.sql(
                        """
                        select reading_number, file_id, moderator_id, what, reason, at from vault_reading
                        where reading_number < :before order by reading_number desc limit :limit
                        """)
                .param("before", before)
                .param("limit", limit)
                .query((rs, row) ->
                        new EvidenceVault.Look(
                                rs.getLong("reading_number"),
                                rs.getObject("file_id", UUID.class),
                                new EvidenceVault.Reading(
                                        rs.getObject("moderator_id", UUID.class),
                                        rs.getString("what"),
                                        rs.getString("reason"),
                                        rs.getObject("at", OffsetDateTime.class).toInstant())))
                .list();
    }

    /** Erases files and writes down of each that it was there, when it went and by which rule. */
    List<EvidenceErased> erase(Collection<UUID> files, String rule, Instant at) {
        return db.sql(
                        """
                        with gone as (delete from vault_file where file_id = any(:files) returning file_id, sha256, size_bytes)
                        insert into vault_erasure (file_id, sha256, size_bytes, rule, erased_at)
                        select file_id, sha256, size_bytes, :rule, :at from gone order by file_id
                        returning file_id, encode(sha256, 'hex') as sha256
                        """)
                .param("files", files.toArray(UUID[]::new))
                .param("rule", rule)
                .param("at", time(at))
                .query((rs, row) ->
                        new EvidenceErased(
                                rs.getObject("file_id", UUID.class),
                                rs.getString("sha256"),
                                rule,
                                at))
                .list();
    }

    Optional<EvidenceVault.Erased> erasure(UUID file) {
        return db.sql(
                        "select encode(sha256, 'hex') as sha256, rule, erased_at from vault_erasure where file_id = :file")
                .param("file", file)
                .query((rs, row) ->
                        new EvidenceVault.Erased(
                                rs.getString("sha256"),
                                rs.getString("rule"),
                                rs.getObject("erased_at", OffsetDateTime.class).toInstant()))
                .optional();
    }

    private static Locked locked(ResultSet rs, int row) throws SQLException {
        byte[] publicKey = rs.getBytes("public_key");
        return new Locked(
                new VaultKey(
                        rs.getObject("key_id", UUID.class),
                        rs.getObject("moderator_id", UUID.class),
                        HexFormat.of().formatHex(Seal.sha256(publicKey)).substring(0, 16),
                        rs.getObject("made_at", OffsetDateTime.class).toInstant(),
                        instant(rs, "admitted_at"),
                        instant(rs, "retired_at")),
                new Seal.KeyPair(
                        publicKey, rs.getBytes("locked_private_key"), rs.getBytes("salt")));
    }

    private static File file(ResultSet rs, int row) throws SQLException {
        return new File(
                rs.getObject("file_id", UUID.class),
                rs.getString("category"),
                rs.getBytes("clear"),
                rs.getBytes("sealed"),
                rs.getInt("quorum"));
    }

    private static Held held(ResultSet rs, int row) throws SQLException {
        return new Held(
                rs.getObject("file_id", UUID.class),
                rs.getObject("key_id", UUID.class),
                rs.getInt("place"),
                rs.getBytes("sealed"));
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        OffsetDateTime at = rs.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
