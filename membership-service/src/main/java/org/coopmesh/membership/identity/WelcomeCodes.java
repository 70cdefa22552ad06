package org.coopmesh.membership.identity;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for codes by which people who came from another register choose their first password. Holds digests, no codes. */
@Repository
class WelcomeCodes {
    private final JdbcClient db;

    WelcomeCodes(JdbcClient db) {
        this.db = db;
    }

    /** A new code for {@code account}, readable this once; an earlier one is void. */
    String make(AccountId account, Instant expiresAt) {
        String code = HandedCode.next();
        db.sql(
                        """
                        insert into welcome_code (account_id, digest, expires_at) values (:account, :digest, :expiresAt)
                        on conflict (account_id)
                        do update set digest = excluded.digest, expires_at = excluded.expires_at
                        """)
                .param("account", account.value())
                .param("digest", HandedCode.digest(code))
                .param("expiresAt", OffsetDateTime.ofInstant(expiresAt, ZoneOffset.UTC))
                .update();
        return code;
    }

    /** Uses the code up; false if it is not the account's, or its time is over. */
    boolean take(AccountId account, String typed, Instant now) {
        return db.sql(
                                """
                                delete from welcome_code
                                where account_id = :account and digest = :digest and expires_at > :now
                                """)
                        .param("account", account.value())
                        .param("digest", HandedCode.digest(typed))
                        .param("now", OffsetDateTime.ofInstant(now, ZoneOffset.UTC))
                        .update()
                == 1;
    }
}
