package org.coopmesh.membership.member;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** SQL for members; the only class that knows the table. */
@Repository
class Members {
    /** A plan kept for any text walks pages in their order, and for a rare one every member. */
    static final String PLAN_FOR_THIS_TEXT = "set local plan_cache_mode = force_custom_plan";

    private final JdbcClient db;

    Members(JdbcClient db) {
        this.db = db;
    }

    /** Active ones who joined before {@code day}. */
    List<MemberId> activeBefore(LocalDate day) {
        return db.sql(
                        "select id from member where state = 'active' and joined_on < :day order by id")
                .param("day", day)
                .query((row, _) -> new MemberId(row.getObject(1, UUID.class)))
                .list();
    }

    /** Active and paused ones, by label and zone where those are not empty. */
    List<MemberId> reachable(String label, String zone) {
        return db.sql(
                        """
                        select id from member
                        where state in ('active', 'paused')
                          and (:label = '' or id in (select member_id from member_label where label = :label))
                          and (:zone = '' or id in (select member_id from site where zone = :zone))
                        order by id
                        """)
                .param("label", label)
                .param("zone", zone)
                .query((row, _) -> new MemberId(row.getObject(1, UUID.class)))
                .list();
    }

    /** Active and paused ones of {@code ids}. */
    List<MemberId> reachable(Collection<MemberId> ids) {
        return db.sql(
                        """
                        select id from member
                        where state in ('active', 'paused') and id = any(:ids::uuid[])
                        order by id
                        """)
                .param("ids", ids.stream().map(MemberId::value).toArray(UUID[]::new))
                .query((row, _) -> new MemberId(row.getObject(1, UUID.class)))
                .list();
    }

    /** Stores a new application; false if a member with this e-mail address is already there. */
    boolean add(Member.Applicant applicant) {
        return add(applicant, applicant.appliedAt(), applicant.rulesVersion(), null);
    }

    /**
     * Stores a member whom nobody had to approve; false if a member with this e-mail address is already there.
     *
     * @param rulesVersion which rules were agreed to; 0 for none of this co-op's
     */
    boolean add(Member.Active member, Instant at, int rulesVersion) {
        return add(member, at, rulesVersion, member.joinedOn());
    }

    private boolean add(
            Member member, Instant appliedAt, int rulesVersion, @Nullable LocalDate joinedOn) {
        return db.sql(
                                """
                                insert into member (id, name, email, phone, state, rules_version, applied_at, joined_on)
                                values (:id, :name, :email, :phone, :state, :rulesVersion, :appliedAt, :joinedOn)
                                on conflict do nothing
                                """)
                        .param("id", member.id().value())
                        .param("name", member.person().name())
                        .param("email", member.person().email())
                        .param("phone", member.person().phone())
                        .param("state", word(member.state()))
                        .param("rulesVersion", rulesVersion)
                        .param("appliedAt", OffsetDateTime.ofInstant(appliedAt, ZoneOffset.UTC))
                        .param("joinedOn", joinedOn)
                        .update()
                == 1;
    }

    /** Stores the state of a member whose row the caller has locked. */
    void update(Member member) {
        LocalDate joinedOn = null;
        LocalDate pausedFrom = null;
        LocalDate leftOn = null;
        String closedWhy = null;
        Instant appliedAt = null;
        Integer rulesVersion = null;
        switch (member) {
            case Member.Applicant applicant -> {
                appliedAt = applicant.appliedAt();
                rulesVersion = applicant.rulesVersion();
            }
            case Member.Active active -> joinedOn = active.joinedOn();
            case Member.Paused paused -> {
                joinedOn = paused.joinedOn();
                pausedFrom = paused.from();
            }
            case Member.Left left -> {
                joinedOn = left.joinedOn();
                leftOn = left.leftOn();
                closedWhy = left.why();
            }
            case Member.Refused refused -> closedWhy = refused.why();
        }
        db.sql(
                        """
                        update member
                        set state = :state, joined_on = :joinedOn, paused_from = :pausedFrom, left_on = :leftOn,
                            closed_why = :closedWhy, applied_at = coalesce(:appliedAt, applied_at),
                            rules_version = coalesce(:rulesVersion, rules_version)
                        where id = :id
                        """)
                .param("id", member.id().value())
                .param("state", word(member.state()))
                .param("joinedOn", joinedOn)
                .param("pausedFrom", pausedFrom)
                .param("leftOn", leftOn)
                .param("closedWhy", closedWhy)
                .param(
                        "appliedAt",
                        appliedAt == null
                                ? null
                                : OffsetDateTime.ofInstant(appliedAt, ZoneOffset.UTC),
                        Types.TIMESTAMP_WITH_TIMEZONE)
                .param("rulesVersion", rulesVersion, Types.INTEGER)
                .update();
    }

    Optional<Member> find(MemberId id) {
        return db.sql("select * from member where id = :id")
                .param("id", id.value())
                .query(Members::member)
                .optional();
    }

    List<Member> all(Collection<MemberId> ids) {
        if (ids.isEmpty()) return List.of();
        return db.sql("select * from member where id = any(:ids)")
                .param("ids", ids.stream().map(MemberId::value).toArray(UUID[]::new))
                .query(Members::member)
                .list();
    }

    /** Locks the row until the transaction ends, so that two steps cannot both start from one state. */
    Optional<Member> lock(MemberId id) {
        return db.sql("select * from member where id = :id for update")
                .param("id", id.value())
                .query(Members::member)
                .optional();
    }

    Optional<Member> withEmail(String email) {
        return db.sql("select * from member where lower(email) = lower(:email)")
                .param("email", email)
                .query(Members::member)
                .optional();
    }

    void setEmail(MemberId id, String email) {
        db.sql("update member set email = :email where id = :id")
                .param("email", email)
                .param("id", id.value())
                .update();
    }

    /** Members with one of these e-mail addresses or names, however they are written; in id order. */
    List<Member> alike(Collection<String> emails, Collection<String> names) {
        if (emails.isEmpty() && names.isEmpty()) return List.of();
        return db.sql(
                        """
                        select * from member
                        where lower(email) = any(select lower(e) from unnest(:emails::text[]) e)
                           or lower(name) = any(select lower(n) from unnest(:names::text[]) n)
                        order by id
                        """)
                .param("emails", emails.toArray(String[]::new))
                .param("names", names.toArray(String[]::new))
                .query(Members::member)
                .list();
    }

    /** How many have applied since {@code since}. */
    long appliedSince(Instant since) {
        return db.sql("select count(*) from member where applied_at > :since")
                .param("since", OffsetDateTime.ofInstant(since, ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    /**
     * A page of members by name.
     *
     * @param state only those in this state; null for all
     * @param text only those with this in name or e-mail address; empty for all
     * @param label only those with this label; empty for all
     * @param zone only those who answer for a site in this zone; empty for all
     * @param after where the page before ended; null for the first
     */
    @Transactional(readOnly = true)
    List<Member> page(
            MemberFacts.@Nullable State state,
            String text,
            String label,
            String zone,
            @Nullable Cursor after,
            int limit) {
        // Only what is asked for stands in the question: a plan for all of it would use none of the
        // indexes. Who has a label or lives in a zone is looked up once, not for each by name: they
        // may all come late.
        var chosen = new ArrayList<String>();
        var where = new StringBuilder(" where true");
        var values = new HashMap<String, Object>();
        if (state != null) {
            where.append(" and state = :state");
            values.put("state", word(state));
        }
        if (!text.isEmpty()) {
            db.sql(PLAN_FOR_THIS_TEXT).update();
            where.append(" and sought like lower(:like) escape '!'");
            values.put("like", "%" + text.replaceAll("([!%_])", "!$1") + "%");
        }
        if (!label.isEmpty()) {
            chosen.add(
                    "labelled as materialized (select member_id from member_label where label = :label)");
            where.append(" and id in (select member_id from labelled)");
            values.put("label", label);
        }
        if (!zone.isEmpty()) {
            chosen.add("zoned as materialized (select member_id from site where zone = :zone)");
            where.append(" and id in (select member_id from zoned)");
            values.put("zone", zone);
        }
        if (after != null) {
            where.append(" and (lower(name), id) > (:afterName, :afterId)");
            values.put("afterName", after.name());
            values.put("afterId", after.id());
        }
        String with = chosen.isEmpty() ? "" : "with " + String.join(", ", chosen) + " ";
        values.put("limit", limit);
        return db.sql(
                        with
                                + "select * from member"
                                + where
                                + " order by lower(name), id limit :limit")
                .params(values)
                .query(Members::member)
                .list();
    }

    /** Where a page ended, in the order of the database: lower-cased name, then id. */
    record Cursor(String name, UUID id) {}

    /** The cursor that stands right behind {@code member}. */
    Cursor behind(MemberId member) {
        return db.sql("select lower(name) as name, id from member where id = :id")
                .param("id", member.value())
                .query((row, _) -> new Cursor(row.getString(1), row.getObject(2, UUID.class)))
                .single();
    }

    static String word(MemberFacts.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static Member member(ResultSet row, int number) throws SQLException {
        var id = new MemberId(row.getObject("id", UUID.class));
        var person =
                new Person(row.getString("name"), row.getString("email"), row.getString("phone"));
        var state = MemberFacts.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
        LocalDate joinedOn = row.getObject("joined_on", LocalDate.class);
        return switch (state) {
            case APPLICANT ->
                    new Member.Applicant(
                            id,
                            person,
                            row.getObject("applied_at", OffsetDateTime.class).toInstant(),
                            row.getInt("rules_version"));
            case ACTIVE -> new Member.Active(id, person, joinedOn);
            case PAUSED ->
                    new Member.Paused(
                            id, person, joinedOn, row.getObject("paused_from", LocalDate.class));
            case LEFT ->
                    new Member.Left(
                            id,
                            person,
                            joinedOn,
                            row.getObject("left_on", LocalDate.class),
                            row.getString("closed_why"));
            case REFUSED -> new Member.Refused(id, person, row.getString("closed_why"));
        };
    }
}
