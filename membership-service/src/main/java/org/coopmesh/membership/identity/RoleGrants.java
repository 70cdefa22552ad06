package org.coopmesh.membership.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for grants of roles; the only class that knows the table. The database refuses to change a row. */
@Repository
class RoleGrants {
    private final JdbcClient db;

    RoleGrants(JdbcClient db) {
        this.db = db;
    }

    void add(RoleGrant grant) {
        db.sql(
                        """
                        insert into role_grant (account_id, role, granted, reason, by_account, at)
                        values (:accountId, :role, :granted, :reason, :by, :at)
                        """)
                .param("accountId", grant.account().value())
                .param("role", grant.role().word())
                .param("granted", grant.granted())
                .param("reason", grant.reason())
                .param("by", grant.by() == null ? null : grant.by().value())
                .param("at", OffsetDateTime.ofInstant(grant.at(), ZoneOffset.UTC))
                .update();
    }

    /** Roles that each of {@code accounts} holds; one without roles is not in the answer. */
    Map<AccountId, Set<Role>> held(Collection<AccountId> accounts) {
        var held = new HashMap<AccountId, Set<Role>>();
        if (accounts.isEmpty()) return held;
        RowCallbackHandler collect =
                row ->
                        held.computeIfAbsent(
                                        new AccountId(row.getObject("account_id", UUID.class)),
                                        _ -> EnumSet.noneOf(Role.class))
                                .add(Role.of(row.getString("role")));
        db.sql("select account_id, role from role_held where account_id in (:accounts)")
                .param("accounts", accounts.stream().map(AccountId::value).toList())
                .query(collect);
        return held;
    }

    /** Who holds {@code role}, in order of their ids. */
    List<AccountId> holders(Role role) {
        return db.sql("select account_id from role_held where role = :role order by account_id")
                .param("role", role.word())
                .query((row, _) -> new AccountId(row.getObject("account_id", UUID.class)))
                .list();
    }

    /** Whether someone other than {@code account} holds {@code role}; concurrent changes of that role wait for each other. */
    boolean heldByAnother(Role role, AccountId account) {
        db.sql("select pg_advisory_xact_lock(hashtext('role_grant'), hashtext(:role))")
                .param("role", role.word())
                .query((_, _) -> true)
                .single();
        return db.sql(
                        "select exists (select 1 from role_held where role = :role and account_id <> :accountId)")
                .param("role", role.word())
                .param("accountId", account.value())
                .query(Boolean.class)
                .single();
    }

    /** A page of grants, newest first; {@code before} is the id the page before ended with, or the greatest long. */
    List<RoleGrant> page(long before, int limit) {
        return db.sql("select * from role_grant where id < :before order by id desc limit :limit")
                .param("before", before)
                .param("limit", limit)
                .query(RoleGrants::grant)
                .list();
    }

    private static RoleGrant grant(ResultSet row, int number) throws SQLException {
        UUID by = row.getObject("by_account", UUID.class);
        return new RoleGrant(
                row.getLong("id"),
                new AccountId(row.getObject("account_id", UUID.class)),
                Role.of(row.getString("role")),
                row.getBoolean("granted"),
                row.getString("reason"),
                account(by),
                row.getObject("at", OffsetDateTime.class).toInstant());
    }

    private static @Nullable AccountId account(@Nullable UUID id) {
        return id == null ? null : new AccountId(id);
    }

    /** One grant or withdrawal as it is kept; {@code id} is 0 before that. */
    record RoleGrant(
            long id,
            AccountId account,
            Role role,
            boolean granted,
            String reason,
            @Nullable AccountId by,
            Instant at) {}
}
