package org.coopmesh.billing.payroll;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for where moderators want to be paid, and for the numbers that public figures call them by. */
@Repository
class PayAccounts {
    private final JdbcClient db;

    PayAccounts(JdbcClient db) {
        this.db = db;
    }

    void put(MemberId moderator, PayAccount account, Instant at) {
        db.sql(
                        """
                        insert into pay_account (moderator_id, name, iban, said_at) values (:moderator, :name, :iban, :at)
                        on conflict (moderator_id) do update
                           set name = excluded.name, iban = excluded.iban, said_at = excluded.said_at
                        """)
                .param("moderator", moderator.value())
                .param("name", account.name())
                .param("iban", account.iban())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Those who said where. */
    Map<MemberId, PayAccount> of(Collection<MemberId> moderators) {
        var found = new HashMap<MemberId, PayAccount>();
        db.sql("select * from pay_account where moderator_id = any(:moderators)")
                .param("moderators", moderators.stream().map(MemberId::value).toArray(UUID[]::new))
                .query(rs -> {
                    found.put(
                            new MemberId(rs.getObject("moderator_id", UUID.class)),
                            new PayAccount(rs.getString("name"), rs.getString("iban")));
                });
        return found;
    }

    /** Gives a number to those who have none, in the order in which they are named; the caller holds off others. */
    void number(Collection<MemberId> moderators) {
        for (MemberId moderator : moderators) {
            db.sql(
                            """
                            insert into moderator_number (moderator_id, number)
                            select :moderator, coalesce(max(number), 0) + 1 from moderator_number
                            on conflict (moderator_id) do nothing
                            """)
                    .param("moderator", moderator.value())
                    .update();
        }
    }

    /** By which number each is called in public. */
    Map<MemberId, Integer> numbers() {
        var numbers = new HashMap<MemberId, Integer>();
        db.sql("select moderator_id, number from moderator_number")
                .query(rs -> {
                    numbers.put(
                            new MemberId(rs.getObject("moderator_id", UUID.class)),
                            rs.getInt("number"));
                });
        return numbers;
    }
}
