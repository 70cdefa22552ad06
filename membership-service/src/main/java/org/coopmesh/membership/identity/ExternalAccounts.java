package org.coopmesh.membership.identity;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for accounts elsewhere that sign people in here; the only class that knows the table. */
@Repository
class ExternalAccounts {
    private final JdbcClient db;

    ExternalAccounts(JdbcClient db) {
        this.db = db;
    }

    Optional<AccountId> owner(ExternalProvider.Someone someone) {
        return db.sql(
                        "select account_id from external_account where issuer = :issuer and subject = :subject")
                .param("issuer", someone.issuer())
                .param("subject", someone.subject())
                .query(UUID.class)
                .optional()
                .map(AccountId::new);
    }

    /** What {@code account} has there, in words. */
    Optional<String> label(AccountId account, String issuer) {
        return db.sql(
                        "select label from external_account where account_id = :account and issuer = :issuer")
                .param("account", account.value())
                .param("issuer", issuer)
                .query(String.class)
                .optional();
    }

    /** False if {@code someone} signs another in, or {@code account} has one of this provider already. */
    boolean link(AccountId account, ExternalProvider.Someone someone, Instant at) {
        return db.sql(
                                """
                                insert into external_account (issuer, subject, account_id, label, linked_at)
                                values (:issuer, :subject, :account, :label, :at)
                                on conflict do nothing
                                """)
                        .param("issuer", someone.issuer())
                        .param("subject", someone.subject())
                        .param("account", account.value())
                        .param("label", someone.label())
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    boolean unlink(AccountId account, String issuer) {
        return db.sql(
                                "delete from external_account where account_id = :account and issuer = :issuer")
                        .param("account", account.value())
                        .param("issuer", issuer)
                        .update()
                == 1;
    }
}
