package org.coopmesh.membership.identity;

import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for recoveries, their delay and the links that stop them. Holds digests, no codes and no tokens. */
@Repository
class Recoveries {
    private static final int TOKEN_BYTES = 32;
    private static final int TOKEN_LENGTH_MAX = 64;

    private final JdbcClient db;
    private final SecureRandom random = new SecureRandom();

    Recoveries(JdbcClient db) {
        this.db = db;
    }

    /** Stores one that was asked for; false if the account has one under way. */
    boolean add(Recovery.Heading heading, String address) {
        return db.sql(
                                """
                                insert into recovery (id, account_id, opened_at, opened_by, address, reason)
                                values (:id, :account, :at, :by, :address, :reason)
                                on conflict do nothing
                                """)
                        .param("id", heading.id())
                        .param("account", heading.account().value())
                        .param("at", utc(heading.openedAt()))
                        .param("by", value(heading.openedBy()))
                        .param("address", address)
                        .param("reason", heading.reason())
                        .update()
                == 1;
    }

    /** Locks the row until the transaction ends, so that two steps follow each other. */
    Optional<Recovery> lock(UUID id) {
        return db.sql("select * from recovery where id = :id for update")
                .param("id", id)
                .query(Recoveries::recovery)
                .optional();
    }

    Optional<Recovery> lockOpenOf(AccountId account) {
        return db.sql(
                        "select * from recovery where account_id = :account and ended_at is null for update")
                .param("account", account.value())
                .query(Recoveries::recovery)
                .optional();
    }

    Optional<Recovery> openOf(AccountId account) {
        return db.sql("select * from recovery where account_id = :account and ended_at is null")
                .param("account", account.value())
                .query(Recoveries::recovery)
                .optional();
    }

    /** The newest first, those under way before those that ended. */
    List<Recovery> list(int limit) {
        return db.sql(
                        """
                        select * from recovery order by ended_at is not null, opened_at desc, id limit :limit
                        """)
                .param("limit", limit)
                .query(Recoveries::recovery)
                .list();
    }

    void update(Recovery.ApprovedOnce approved) {
        db.sql("update recovery set first_by = :by, first_at = :at where id = :id")
                .param("id", approved.heading().id())
                .param("by", approved.first().by().value())
                .param("at", utc(approved.first().at()))
                .update();
    }

    void update(Recovery.Waiting waiting) {
        db.sql(
                        """
                        update recovery set second_by = :by, second_at = :at, due_at = :dueAt where id = :id
                        """)
                .param("id", waiting.heading().id())
                .param("by", waiting.second().by().value())
                .param("at", utc(waiting.second().at()))
                .param("dueAt", utc(waiting.dueAt()))
                .update();
    }

    /** The code that counts from now on; an earlier one is void. */
    void setCode(UUID id, String digest, AccountId by, Instant at, Instant expiresAt) {
        db.sql(
                        """
                        update recovery set code_digest = :digest, code_by = :by, code_at = :at, code_expires_at = :expiresAt
                        where id = :id
                        """)
                .param("id", id)
                .param("digest", digest)
                .param("by", by.value())
                .param("at", utc(at))
                .param("expiresAt", utc(expiresAt))
                .update();
    }

    boolean isCode(UUID id, String digest, Instant now) {
        return db.sql(
                        """
                        select exists (select from recovery
                                       where id = :id and code_digest = :digest and code_expires_at > :now and ended_at is null)
                        """)
                .param("id", id)
                .param("digest", digest)
                .param("now", utc(now))
                .query(Boolean.class)
                .single();
    }

    void end(UUID id, Recovery.Outcome outcome, Instant at, @Nullable AccountId by) {
        db.sql(
                        """
                        update recovery set ended_at = :at, outcome = :outcome, ended_by = :by where id = :id
                        """)
                .param("id", id)
                .param("at", utc(at))
                .param("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .param("by", value(by))
                .update();
        db.sql("delete from recovery_stop where recovery_id = :id").param("id", id).update();
    }

    /** Those whose last step is older than {@code before}. */
    List<UUID> stale(Instant before) {
        return db.sql(
                        """
                        select id from recovery
                        where ended_at is null and greatest(opened_at, first_at, due_at, code_at) < :before order by id
                        """)
                .param("before", utc(before))
                .query((row, _) -> row.getObject("id", UUID.class))
                .list();
    }

    /** A token for a link that stops it. */
    String stopToken(UUID id) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        db.sql("insert into recovery_stop (digest, recovery_id) values (:digest, :id)")
                .param("digest", SecretDigest.of(token))
                .param("id", id)
                .update();
        return token;
    }

    /** What the token would stop; empty if it is over, or the token none of ours. */
    Optional<UUID> stoppedBy(String token) {
        if (token.length() > TOKEN_LENGTH_MAX) return Optional.empty();
        return db.sql("select recovery_id from recovery_stop where digest = :digest")
                .param("digest", SecretDigest.of(token))
                .query(UUID.class)
                .optional();
    }

    Duration delay() {
        return Duration.ofHours(
                db.sql("select hours from recovery_delay").query(Long.class).single());
    }

    void setDelay(Duration delay, AccountId by, Instant at) {
        db.sql("update recovery_delay set hours = :hours, changed_by = :by, changed_at = :at")
                .param("hours", delay.toHours())
                .param("by", by.value())
                .param("at", utc(at))
                .update();
    }

    private static @Nullable UUID value(@Nullable AccountId id) {
        return id == null ? null : id.value();
    }

    private static OffsetDateTime utc(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    private static Recovery recovery(ResultSet row, int number) throws SQLException {
        var heading =
                new Recovery.Heading(
                        row.getObject("id", UUID.class),
                        new AccountId(row.getObject("account_id", UUID.class)),
                        at(row, "opened_at"),
                        account(row, "opened_by"),
                        row.getString("reason"));
        if (row.getString("outcome") != null) {
            return new Recovery.Ended(
                    heading,
                    Recovery.Outcome.valueOf(row.getString("outcome").toUpperCase(Locale.ROOT)),
                    at(row, "ended_at"),
                    account(row, "ended_by"));
        }
        AccountId first = account(row, "first_by");
        if (first == null) return new Recovery.Asked(heading);
        var once = new Recovery.Approval(first, at(row, "first_at"));
        AccountId second = account(row, "second_by");
        if (second == null) return new Recovery.ApprovedOnce(heading, once);
        return new Recovery.Waiting(
                heading,
                once,
                new Recovery.Approval(second, at(row, "second_at")),
                at(row, "due_at"),
                row.getObject("code_at") == null ? null : at(row, "code_at"));
    }

    private static Instant at(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable AccountId account(ResultSet row, String column) throws SQLException {
        UUID id = row.getObject(column, UUID.class);
        return id == null ? null : new AccountId(id);
    }
}
