package org.coopmesh.membership.outage;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.SiteId;
import org.coopmesh.membership.node.AttachmentId;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRecordId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for faults and what they cover. Times are the wall clock's. */
@Repository
class Faults {
    private final JdbcClient db;

    Faults(JdbcClient db) {
        this.db = db;
    }

    /** When the watch looked before, and since when it has listened without a gap. */
    record Watch(Instant checkedAt, Instant listeningSince) {}

    /** True for one caller at a time, until its transaction ends. */
    boolean lock() {
        return db.sql("select pg_try_advisory_xact_lock(hashtext('outage watch'))")
                .query(Boolean.class)
                .single();
    }

    Optional<Watch> watch() {
        return db.sql("select * from outage_watch")
                .query((row, _) ->
                        new Watch(instant(row, "checked_at"), instant(row, "listening_since")))
                .optional();
    }

    void looked(Watch watch) {
        db.sql(
                        """
                        insert into outage_watch (checked_at, listening_since) values (:checkedAt, :since)
                        on conflict (one) do update
                        set checked_at = excluded.checked_at, listening_since = excluded.listening_since
                        """)
                .param("checkedAt", time(watch.checkedAt()))
                .param("since", time(watch.listeningSince()))
                .update();
    }

    /** Faults that are open, with everybody they cover. */
    List<Fault> open() {
        var silent = new HashMap<UUID, Map<NodeId, Instant>>();
        db.sql("select fault_id, node_id, silent_since from silence where ended_at is null")
                .query(row -> {
                    silent.computeIfAbsent(
                                    row.getObject("fault_id", UUID.class), _ -> new HashMap<>())
                            .put(node(row, "node_id"), instant(row, "silent_since"));
                });
        return db.sql("select * from fault where ended_at is null order by began_at, id")
                .query((row, _) -> {
                    UUID id = row.getObject("id", UUID.class);
                    var recovering = row.getObject("recovering_since", OffsetDateTime.class);
                    return new Fault(
                            id,
                            row.getString("node_id") == null ? null : node(row, "node_id"),
                            instant(row, "began_at"),
                            recovering == null ? null : recovering.toInstant(),
                            silent.getOrDefault(id, Map.of()));
                })
                .list();
    }

    /** Alerts that are open, those of them that nobody acknowledged, and the nodes that are silent. */
    record Now(int open, int unacknowledged, int silent) {}

    Now now() {
        return db.sql(
                        """
                        select count(*) as open, count(*) filter (where acknowledged_at is null) as unacknowledged,
                               (select count(*) from silence where ended_at is null) as silent
                        from fault where ended_at is null
                        """)
                .query((row, _) ->
                        new Now(
                                row.getInt("open"),
                                row.getInt("unacknowledged"),
                                row.getInt("silent")))
                .single();
    }

    /** The fault of {@code node} that ended last, if that was after {@code since}. */
    Optional<UUID> endedAfter(NodeId node, Instant since) {
        return db.sql(
                        """
                        select id from fault where node_id = :node and ended_at > :since
                        order by ended_at desc, id limit 1
                        """)
                .param("node", node.hex())
                .param("since", time(since))
                .query(UUID.class)
                .optional();
    }

    /** Keeps a fault as it is now; one that had ended has come back. True if nobody knew of it. */
    boolean keep(Fault fault, Instant now) {
        NodeId node = fault.node();
        Instant recovering = fault.recoveringSince();
        return db.sql(
                        """
                        insert into fault (id, kind, node_id, began_at, told_at, recovering_since)
                        values (:id, :kind, :node, :beganAt, :now, :recovering)
                        on conflict (id) do update
                        set recovering_since = excluded.recovering_since,
                            relapses = fault.relapses + (fault.ended_at is not null)::int,
                            ended_at = null, end_cause = null, merged_into = null
                        returning (xmax = 0)
                        """)
                .param("id", fault.id())
                .param("kind", fault.isEverywhere() ? "everywhere" : "node")
                .param("node", node == null ? null : node.hex())
                .param("beganAt", time(fault.beganAt()))
                .param("now", time(now))
                .param(
                        "recovering",
                        recovering == null ? null : time(recovering),
                        Types.TIMESTAMP_WITH_TIMEZONE)
                .query(Boolean.class)
                .single();
    }

    void end(Fault.Ended ended, Instant now) {
        db.sql(
                        """
                        update fault set ended_at = :now, end_cause = :cause, merged_into = :into, recovering_since = null
                        where id = :id
                        """)
                .param("id", ended.fault().id())
                .param("now", time(now))
                .param("cause", ended.cause().name().toLowerCase(Locale.ROOT))
                .param("into", ended.into(), Types.OTHER)
                .update();
    }

    /** Writes down that the watch itself did not look for a while. */
    void unwatched(Instant from, Instant to) {
        db.sql(
                        """
                        insert into fault (id, kind, began_at, told_at, ended_at, end_cause)
                        values (gen_random_uuid(), 'watch', :from, :to, :to, 'heard')
                        """)
                .param("from", time(from))
                .param("to", time(to))
                .update();
    }

    /** A silence that begins, and whose it is. */
    record Begun(NodeId node, Instant since, UUID fault, NodeRecordId record, MemberId owner) {}

    void begin(Collection<Begun> silences) {
        db.sql(
                        """
                        insert into silence (node_id, silent_since, fault_id, node, owner_id)
                        select * from unnest(:nodes::text[], :since::timestamptz[], :faults::uuid[], :records::uuid[],
                                             :owners::uuid[])
                        """)
                .param(
                        "nodes",
                        silences.stream().map(each -> each.node().hex()).toArray(String[]::new))
                .param(
                        "since",
                        silences.stream()
                                .map(each -> each.since().toString())
                                .toArray(String[]::new))
                .param("faults", silences.stream().map(Begun::fault).toArray(UUID[]::new))
                .param(
                        "records",
                        silences.stream().map(each -> each.record().value()).toArray(UUID[]::new))
                .param(
                        "owners",
                        silences.stream().map(each -> each.owner().value()).toArray(UUID[]::new))
                .update();
    }

    /** What is behind a node whose silence begins. */
    record Behind(
            NodeId node, Instant since, AttachmentId attachment, SiteId site, MemberId member) {}

    void behind(Collection<Behind> attachments) {
        db.sql(
                        """
                        insert into silence_attachment (node_id, silent_since, attachment_id, site_id, member_id)
                        select * from unnest(:nodes::text[], :since::timestamptz[], :attachments::uuid[], :sites::uuid[],
                                             :members::uuid[])
                        """)
                .param(
                        "nodes",
                        attachments.stream().map(each -> each.node().hex()).toArray(String[]::new))
                .param(
                        "since",
                        attachments.stream()
                                .map(each -> each.since().toString())
                                .toArray(String[]::new))
                .param(
                        "attachments",
                        attachments.stream()
                                .map(each -> each.attachment().value())
                                .toArray(UUID[]::new))
                .param(
                        "sites",
                        attachments.stream().map(each -> each.site().value()).toArray(UUID[]::new))
                .param(
                        "members",
                        attachments.stream()
                                .map(each -> each.member().value())
                                .toArray(UUID[]::new))
                .update();
    }

    /** Puts nodes whose silence goes on into another fault. */
    void move(Map<NodeId, UUID> faults) {
        db.sql(
                        """
                        update silence set fault_id = moved.fault
                        from unnest(:nodes::text[], :faults::uuid[]) moved (node, fault)
                        where silence.node_id = moved.node and silence.ended_at is null
                        """)
                .param("nodes", faults.keySet().stream().map(NodeId::hex).toArray(String[]::new))
                .param("faults", faults.values().toArray(UUID[]::new))
                .update();
    }

    /**
     * An outage of an attachment that is over.
     *
     * @param fault the topmost node that was silent
     */
    record EndedOutage(
            NodeId node,
            AttachmentId attachment,
            SiteId site,
            MemberId member,
            NodeId fault,
            Instant beganAt,
            Instant endedAt) {}

    /**
     * Ends silences, each at its time.
     *
     * @return the attachments behind them that were out for {@code least}; none of when everybody was silent at once
     */
    List<EndedOutage> end(Map<NodeId, Instant> silences, Duration least) {
        List<String> nodes = new ArrayList<>();
        List<String> times = new ArrayList<>();
        silences.forEach((node, at) -> {
            nodes.add(node.hex());
            times.add(at.toString());
        });
        return db.sql(
                        """
                        with over as (
                            update silence set ended_at = greatest(ended.at, silence.silent_since)
                            from unnest(:nodes::text[], :times::timestamptz[]) ended (node, at)
                            where silence.node_id = ended.node and silence.ended_at is null
                            returning silence.node_id, silence.silent_since, silence.ended_at, silence.fault_id)
                        select over.*, a.attachment_id, a.site_id, a.member_id, fault.node_id as fault_node_id
                        from over join silence_attachment a using (node_id, silent_since)
                             join fault on fault.id = over.fault_id and fault.kind = 'node'
                        where over.ended_at - over.silent_since >= make_interval(secs => :least)
                        order by over.node_id, a.attachment_id
                        """)
                .param("nodes", nodes.toArray(String[]::new))
                .param("times", times.toArray(String[]::new))
                .param("least", (double) least.toSeconds())
                .query((row, _) ->
                        new EndedOutage(
                                node(row, "node_id"),
                                new AttachmentId(row.getObject("attachment_id", UUID.class)),
                                new SiteId(row.getObject("site_id", UUID.class)),
                                new MemberId(row.getObject("member_id", UUID.class)),
                                node(row, "fault_node_id"),
                                instant(row, "silent_since"),
                                instant(row, "ended_at")))
                .list();
    }

    /**
     * A fault as it is shown.
     *
     * @param acknowledgedAt on the co-op's clock
     * @param nodes how many it covers; once it has ended, how many it had covered
     * @param members how many members have something attached to those
     */
    record Line(
            UUID id,
            String kind,
            @Nullable NodeId node,
            Instant beganAt,
            Instant toldAt,
            @Nullable Instant recoveringSince,
            @Nullable Instant endedAt,
            @Nullable String endCause,
            @Nullable UUID mergedInto,
            int relapses,
            @Nullable Instant acknowledgedAt,
            @Nullable UUID acknowledgedBy,
            @Nullable String note,
            int nodes,
            int members) {
        /** The same with its times on another clock that is ahead of this one. */
        Line ahead(Duration by) {
            return new Line(
                    id,
                    kind,
                    node,
                    beganAt.plus(by),
                    toldAt.plus(by),
                    recoveringSince == null ? null : recoveringSince.plus(by),
                    endedAt == null ? null : endedAt.plus(by),
                    endCause,
                    mergedInto,
                    relapses,
                    acknowledgedAt,
                    acknowledgedBy,
                    note,
                    nodes,
                    members);
        }
    }

    private static final String LINES =
            """
            select f.*, count(distinct s.node_id) as nodes, count(distinct a.member_id) as members
            from fault f
            left join silence s on s.fault_id = f.id and (f.ended_at is not null or s.ended_at is null)
            left join silence_attachment a on a.node_id = s.node_id and a.silent_since = s.silent_since
            """;

    /** Open ones first those that hit most members; {@code member} narrows it to what hit that one. */
    List<Line> openLines(@Nullable MemberId member, int limit) {
        return db.sql(
                        LINES
                                + """
                                where f.ended_at is null and (:member::uuid is null or f.id in (
                                    select m.fault_id from silence m left join silence_attachment b using (node_id, silent_since)
                                    where m.ended_at is null and (m.owner_id = :member or b.member_id = :member)))
                                group by f.id order by members desc, nodes desc, f.began_at, f.id limit :limit
                                """)
                .param("member", member == null ? null : member.value(), Types.OTHER)
                .param("limit", limit)
                .query(Faults::line)
                .list();
    }

    /** Ended ones, the newest first, after the fault {@code after}. */
    List<Line> endedLines(@Nullable MemberId member, @Nullable UUID after, int limit) {
        return db.sql(
                        LINES
                                + """
                                where f.id in (
                                    select e.id from fault e left join fault last on last.id = :after
                                    where e.ended_at is not null
                                      and (last.id is null or (e.ended_at, e.id) < (last.ended_at, last.id))
                                      and (:member::uuid is null or e.id in (
                                        select m.fault_id from silence m left join silence_attachment b using (node_id, silent_since)
                                        where m.owner_id = :member or b.member_id = :member))
                                    order by e.ended_at desc, e.id desc limit :limit)
                                group by f.id order by f.ended_at desc, f.id desc
                                """)
                .param("member", member == null ? null : member.value(), Types.OTHER)
                .param("after", after, Types.OTHER)
                .param("limit", limit)
                .query(Faults::line)
                .list();
    }

    Optional<Line> line(UUID id) {
        return db.sql(LINES + "where f.id = :id group by f.id")
                .param("id", id)
                .query(Faults::line)
                .optional();
    }

    /**
     * A node that a fault covers or covered.
     *
     * @param members how many have something attached to it
     */
    record Covered(
            NodeId node,
            NodeRecordId record,
            Instant since,
            @Nullable Instant endedAt,
            int members) {
        Covered ahead(Duration by) {
            return new Covered(
                    node,
                    record,
                    since.plus(by),
                    endedAt == null ? null : endedAt.plus(by),
                    members);
        }
    }

    /** Who is covered by a fault, those with most members first; {@code member} narrows it to what is that one's. */
    List<Covered> covered(UUID fault, @Nullable MemberId member, int limit) {
        return db.sql(
                        """
                        select s.node_id, s.node, s.silent_since, s.ended_at, count(distinct a.member_id) as members
                        from silence s left join silence_attachment a using (node_id, silent_since)
                        where s.fault_id = :fault and (:member::uuid is null or s.owner_id = :member or a.member_id = :member)
                        group by s.node_id, s.silent_since
                        order by s.ended_at is not null, members desc, s.silent_since, s.node_id limit :limit
                        """)
                .param("fault", fault)
                .param("member", member == null ? null : member.value(), Types.OTHER)
                .param("limit", limit)
                .query((row, _) -> {
                    var ended = row.getObject("ended_at", OffsetDateTime.class);
                    return new Covered(
                            node(row, "node_id"),
                            new NodeRecordId(row.getObject("node", UUID.class)),
                            instant(row, "silent_since"),
                            ended == null ? null : ended.toInstant(),
                            row.getInt("members"));
                })
                .list();
    }

    /** False if there is no such fault; the newest word counts. */
    boolean acknowledge(UUID id, UUID by, Instant at, String note) {
        return db.sql(
                                """
                                update fault set acknowledged_at = :at, acknowledged_by = :by, note = :note where id = :id
                                """)
                        .param("id", id)
                        .param("by", by)
                        .param("at", time(at))
                        .param("note", note)
                        .update()
                == 1;
    }

    /** Open faults that began before, affect members, that nobody knows of, and that nobody was told of by mail. */
    List<UUID> untold(Instant beganBefore) {
        return db.sql(
                        """
                        select f.id from fault f
                         where f.ended_at is null and f.kind <> 'watch' and f.acknowledged_at is null and f.began_at <= :before
                           and exists (select from silence s join silence_attachment a using (node_id, silent_since)
                                       where s.fault_id = f.id and s.ended_at is null)
                           and not exists (select from outage_letter l where l.fault_id = f.id)
                         order by f.began_at, f.id
                        """)
                .param("before", time(beganBefore))
                .query((row, _) -> requireNonNull(row.getObject("id", UUID.class)))
                .list();
    }

    /** Somebody who was told that a fault began. */
    record Letter(UUID fault, UUID recipient) {}

    /** Who was told of a fault that ended before, by itself and not as a part of another, and not yet that it is over. */
    List<Letter> overUntold(Instant endedBefore) {
        return db.sql(
                        """
                        select l.fault_id, l.recipient_id from outage_letter l join fault f on f.id = l.fault_id
                         where l.notice = 'outage-began' and f.ended_at <= :before and f.end_cause <> 'merged'
                           and not exists (select from outage_letter o where o.fault_id = l.fault_id
                                           and o.recipient_id = l.recipient_id and o.notice = 'outage-over')
                         order by l.fault_id, l.recipient_id
                        """)
                .param("before", time(endedBefore))
                .query((row, _) ->
                        new Letter(
                                requireNonNull(row.getObject("fault_id", UUID.class)),
                                requireNonNull(row.getObject("recipient_id", UUID.class))))
                .list();
    }

    /** Writes down that somebody is told; empty where they are already, whichever replica did so. */
    Optional<UUID> note(UUID fault, String notice, UUID recipient, Instant at) {
        return db.sql(
                        """
                        insert into outage_letter (id, fault_id, notice, recipient_id, at)
                        values (gen_random_uuid(), :fault, :notice, :recipient, :at)
                        on conflict (fault_id, notice, recipient_id) do nothing returning id
                        """)
                .param("fault", fault)
                .param("notice", notice)
                .param("recipient", recipient)
                .param("at", time(at))
                .query((row, _) -> requireNonNull(row.getObject("id", UUID.class)))
                .optional();
    }

    /** What a letter is about; empty where that was forgotten. */
    Optional<UUID> ofLetter(UUID letter) {
        return db.sql("select fault_id from outage_letter where id = :letter")
                .param("letter", letter)
                .query((row, _) -> requireNonNull(row.getObject("fault_id", UUID.class)))
                .optional();
    }

    /** Forgets faults that ended before, with what they covered. */
    void forgetBefore(Instant oldest) {
        db.sql(
                        """
                        delete from silence where fault_id in (select id from fault where ended_at < :oldest)
                        """)
                .param("oldest", time(oldest))
                .update();
        db.sql(
                        """
                        delete from fault where ended_at < :oldest
                        and not exists (select 1 from fault other where other.merged_into = fault.id and other.ended_at >= :oldest)
                        """)
                .param("oldest", time(oldest))
                .update();
    }

    private static Line line(ResultSet row, int number) throws SQLException {
        return new Line(
                row.getObject("id", UUID.class),
                row.getString("kind"),
                row.getString("node_id") == null ? null : node(row, "node_id"),
                instant(row, "began_at"),
                instant(row, "told_at"),
                instantOrNull(row, "recovering_since"),
                instantOrNull(row, "ended_at"),
                row.getString("end_cause"),
                row.getObject("merged_into", UUID.class),
                row.getInt("relapses"),
                instantOrNull(row, "acknowledged_at"),
                row.getObject("acknowledged_by", UUID.class),
                row.getString("note"),
                row.getInt("nodes"),
                row.getInt("members"));
    }

    private static NodeId node(ResultSet row, String column) throws SQLException {
        return new NodeId(requireNonNull(row.getString(column)));
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return requireNonNull(instantOrNull(row, column));
    }

    private static @Nullable Instant instantOrNull(ResultSet row, String column)
            throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
