package org.coopmesh.membership.member;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** SQL for payers; the only class that knows the table. */
@Repository
class Payers {
    private final JdbcClient db;

    Payers(JdbcClient db) {
        this.db = db;
    }

    void add(Payer payer) {
        db.sql(
                        """
                        insert into payer (id, name, email, address, member_id)
                        values (:id, :name, :email, :address, :memberId)
                        """)
                .param("id", payer.id().value())
                .param("name", payer.name())
                .param("email", payer.email())
                .param("address", payer.address())
                .param("memberId", payer.memberId() == null ? null : payer.memberId().value())
                .update();
    }

    Optional<Payer> find(PayerId id) {
        return db.sql("select * from payer where id = :id")
                .param("id", id.value())
                .query(Payers::payer)
                .optional();
    }

    /** The payers that were made for {@code members}, one each. */
    List<Payer> of(Collection<MemberId> members) {
        if (members.isEmpty()) return List.of();
        return db.sql("select * from payer where member_id in (:members)")
                .param("members", members.stream().map(MemberId::value).toList())
                .query(Payers::payer)
                .list();
    }

    /** Payers with one of these e-mail addresses, however it is written; in id order. */
    List<Payer> withEmail(Collection<String> emails) {
        return db.sql(
                        """
                        select * from payer
                        where lower(email) = any(select lower(e) from unnest(:emails::text[]) e)
                        order by id
                        """)
                .param("emails", emails.toArray(String[]::new))
                .query(Payers::payer)
                .list();
    }

    /** A page of payers with {@code text} in name or e-mail address, in id order behind {@code after}. */
    @Transactional(readOnly = true)
    List<Payer> page(String text, @Nullable PayerId after, int limit) {
        db.sql(Members.PLAN_FOR_THIS_TEXT).update();
        return db.sql(
                        """
                        select * from payer
                        where (:text = '' or name ilike :like escape '!' or email ilike :like escape '!')
                          and (:after::uuid is null or id > :after::uuid)
                        order by id
                        limit :limit
                        """)
                .param("text", text)
                .param("like", "%" + text.replaceAll("([!%_])", "!$1") + "%")
                .param("after", after == null ? null : after.value())
                .param("limit", limit)
                .query(Payers::payer)
                .list();
    }

    private static Payer payer(ResultSet row, int number) throws SQLException {
        UUID member = row.getObject("member_id", UUID.class);
        return new Payer(
                new PayerId(row.getObject("id", UUID.class)),
                row.getString("name"),
                row.getString("email"),
                row.getString("address"),
                memberId(member));
    }

    private static @Nullable MemberId memberId(@Nullable UUID id) {
        return id == null ? null : new MemberId(id);
    }
}
