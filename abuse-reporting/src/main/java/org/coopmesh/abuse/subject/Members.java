package org.coopmesh.abuse.subject;

import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the copy of members, of the sites they answer for, of who pays for these, and of the co-op itself. */
@Repository
class Members {
    private final JdbcClient db;

    Members(JdbcClient db) {
        this.db = db;
    }

    void saveCoop(String name, ZoneId zone) {
        db.sql(
                        """
                        insert into coop (singleton, name, time_zone) values (true, :name, :zone)
                        on conflict (singleton) do update set name = excluded.name, time_zone = excluded.time_zone
                        """)
                .param("name", name)
                .param("zone", zone.getId())
                .update();
    }

    Optional<Coop> coop() {
        return db.sql("select name, time_zone from coop")
                .query((rs, row) ->
                        new Coop(rs.getString("name"), ZoneId.of(rs.getString("time_zone"))))
                .optional();
    }

    void save(MemberId member, String state) {
        db.sql(
                        """
                        insert into member (member_id, state) values (:member, :state)
                        on conflict (member_id) do update set state = excluded.state
                        """)
                .param("member", member.value())
                .param("state", state)
                .update();
    }

    boolean knows(MemberId member) {
        return db.sql(
                        """
                        select exists (select from member where member_id = :member)
                            or exists (select from attachment where member_id = :member)
                        """)
                .param("member", member.value())
                .query(Boolean.class)
                .single();
    }

    /** {@code payer} null: nobody pays for the site any more. */
    void saveSite(SiteId site, MemberId member, @Nullable UUID payer) {
        db.sql(
                        """
                        insert into site (site_id, member_id, payer_id) values (:site, :member, cast(:payer as uuid))
                        on conflict (site_id) do update set
                            member_id = excluded.member_id, payer_id = excluded.payer_id
                        """)
                .param("site", site.value())
                .param("member", member.value())
                .param("payer", payer)
                .update();
    }

    /** The member, and everybody for whose sites the same payers pay. */
    Set<MemberId> sharingPayer(MemberId member) {
        return db.sql(
                        """
                        select cast(:member as uuid) as member_id
                        union
                        select b.member_id from site a join site b on a.payer_id = b.payer_id
                        where a.member_id = :member
                        """)
                .param("member", member.value())
                .query((rs, row) -> new MemberId(rs.getObject("member_id", UUID.class)))
                .set();
    }

    boolean sharePayer(MemberId one, MemberId other) {
        return db.sql(
                        """
                        select exists (
                            select from site a join site b on a.payer_id = b.payer_id
                            where a.member_id = :one and b.member_id = :other)
                        """)
                .param("one", one.value())
                .param("other", other.value())
                .query(Boolean.class)
                .single();
    }
}
