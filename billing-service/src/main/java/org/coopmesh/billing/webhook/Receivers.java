package org.coopmesh.billing.webhook;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for receivers. */
@Repository
class Receivers {
    private final JdbcClient db;

    Receivers(JdbcClient db) {
        this.db = db;
    }

    /** Whoever adds one holds this until the end of the transaction, so that the limit holds. */
    void lockAll() {
        db.sql("lock table webhook_receiver in share row exclusive mode").update();
    }

    int count() {
        return db.sql("select count(*) from webhook_receiver").query(Integer.class).single();
    }

    void insert(Receiver receiver) {
        db.sql(
                        """
                        insert into webhook_receiver (id, url, note, kinds, secret, listens_since, added_by, added_at)
                        values (:id, :url, :note, :kinds::text[], :secret, :since, :by, :at)
                        """)
                .param("id", receiver.id())
                .param("url", receiver.url().toString())
                .param("note", receiver.note())
                .param("kinds", codes(receiver.kinds()))
                .param("secret", receiver.secret().bytes())
                .param("since", at(receiver.listensSince()))
                .param("by", receiver.addedBy().value())
                .param("at", at(receiver.addedAt()))
                .update();
    }

    /** The first added first. */
    List<Receiver> all() {
        return db.sql("select * from webhook_receiver order by added_at, id")
                .query(Receivers::receiver)
                .list();
    }

    Optional<Receiver> find(UUID id) {
        return db.sql("select * from webhook_receiver where id = :id")
                .param("id", id)
                .query(Receivers::receiver)
                .optional();
    }

    Optional<Receiver> lock(UUID id) {
        return db.sql("select * from webhook_receiver where id = :id for update")
                .param("id", id)
                .query(Receivers::receiver)
                .optional();
    }

    void change(UUID id, URI url, @Nullable String note, Set<Kind> kinds) {
        db.sql(
                        """
                        update webhook_receiver set url = :url, note = :note, kinds = :kinds::text[] where id = :id
                        """)
                .param("id", id)
                .param("url", url.toString())
                .param("note", note)
                .param("kinds", codes(kinds))
                .update();
    }

    /** From now on {@code secret} signs; the one of before signs as well until {@code until}. */
    void rotate(UUID id, SigningSecret secret, Instant until) {
        db.sql(
                        """
                        update webhook_receiver set old_secret = secret, old_until = :until, secret = :secret where id = :id
                        """)
                .param("id", id)
                .param("secret", secret.bytes())
                .param("until", at(until))
                .update();
    }

    /** Forgets secrets of before whose time is over. */
    void forgetOldSecrets(Instant now) {
        db.sql(
                        """
                        update webhook_receiver set old_secret = null, old_until = null where old_until <= :now
                        """)
                .param("now", at(now))
                .update();
    }

    void disable(UUID id, String why, Instant now) {
        db.sql(
                        """
                        update webhook_receiver set disabled_at = :now, disabled_why = :why where id = :id and disabled_at is null
                        """)
                .param("id", id)
                .param("why", why)
                .param("now", at(now))
                .update();
    }

    /** It is told again what happens from now on. */
    void enable(UUID id, Instant now) {
        db.sql(
                        """
                        update webhook_receiver
                           set disabled_at = null, disabled_why = null, failing_since = null, listens_since = :now
                         where id = :id and disabled_at is not null
                        """)
                .param("id", id)
                .param("now", at(now))
                .update();
    }

    void hasTaken(UUID id, Instant now) {
        db.sql("update webhook_receiver set taken_at = :now, failing_since = null where id = :id")
                .param("id", id)
                .param("now", at(now))
                .update();
    }

    /** Since when nothing was taken. */
    Optional<Instant> hasFailed(UUID id, Instant now) {
        return db.sql(
                        """
                        update webhook_receiver set failing_since = coalesce(failing_since, :now) where id = :id
                        returning failing_since
                        """)
                .param("id", id)
                .param("now", at(now))
                .query(OffsetDateTime.class)
                .optional()
                .map(OffsetDateTime::toInstant);
    }

    void delete(UUID id) {
        db.sql("delete from webhook_receiver where id = :id").param("id", id).update();
    }

    /** To be told now of {@code kind}, which happened at {@code occurredAt}. */
    List<UUID> listening(Kind kind, Instant occurredAt) {
        return db.sql(
                        """
                        select id from webhook_receiver
                         where disabled_at is null and :kind = any (kinds) and listens_since <= :occurredAt
                        """)
                .param("kind", kind.code())
                .param("occurredAt", at(occurredAt))
                .query((rs, row) -> rs.getObject("id", UUID.class))
                .list();
    }

    private static Receiver receiver(ResultSet rs, int row) throws SQLException {
        byte[] old = rs.getBytes("old_secret");
        Instant disabledAt = instant(rs, "disabled_at");
        return new Receiver(
                rs.getObject("id", UUID.class),
                URI.create(rs.getString("url")),
                rs.getString("note"),
                Arrays.stream((String[]) rs.getArray("kinds").getArray())
                        .map(code -> Kind.of(code).orElseThrow())
                        .collect(Collectors.toSet()),
                new SigningSecret(rs.getBytes("secret")),
                old == null
                        ? null
                        : new Receiver.Old(
                                new SigningSecret(old), requireNonNull(instant(rs, "old_until"))),
                disabledAt == null
                        ? null
                        : new Receiver.Disabled(disabledAt, rs.getString("disabled_why")),
                requireNonNull(instant(rs, "listens_since")),
                instant(rs, "failing_since"),
                instant(rs, "taken_at"),
                new MemberId(rs.getObject("added_by", UUID.class)),
                requireNonNull(instant(rs, "added_at")));
    }

    private static String[] codes(Set<Kind> kinds) {
        return kinds.stream().sorted().map(Kind::code).toArray(String[]::new);
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        OffsetDateTime at = rs.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
