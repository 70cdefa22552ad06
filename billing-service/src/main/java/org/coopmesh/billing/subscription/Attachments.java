package org.coopmesh.billing.subscription;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for nodes and the spans of time in which a site held an attachment. */
@Repository
class Attachments {
    private final JdbcClient db;

    Attachments(JdbcClient db) {
        this.db = db;
    }

    void enrolled(String nodeId, MemberId owner, SiteId site, boolean gateway) {
        db.sql(
                        """
                        insert into node (node_id, owner_member_id, site_id, gateway, state)
                        values (:nodeId, :owner, :site, :gateway, 'enrolled')
                        on conflict (node_id) do update
                           set owner_member_id = excluded.owner_member_id, site_id = excluded.site_id,
                               gateway = excluded.gateway, state = excluded.state
                        """)
                .param("nodeId", nodeId)
                .param("owner", owner.value())
                .param("site", site.value())
                .param("gateway", gateway)
                .update();
    }

    void ended(String nodeId, String state) {
        db.sql(
                        """
                        insert into node (node_id, state) values (:nodeId, :state)
                        on conflict (node_id) do update set state = excluded.state
                        """)
                .param("nodeId", nodeId)
                .param("state", state)
                .update();
    }

    void attached(UUID attachmentId, String nodeId, SiteId site, MemberId member, Instant at) {
        db.sql(
                        """
                        insert into attachment_span (attachment_id, from_at, node_id, site_id, member_id)
                        values (:attachment, :at, :nodeId, :site, :member)
                        on conflict (attachment_id, from_at) do nothing
                        """)
                .param("attachment", attachmentId)
                .param("at", utc(at))
                .param("nodeId", nodeId)
                .param("site", site.value())
                .param("member", member.value())
                .update();
    }

    void detached(UUID attachmentId, Instant at) {
        db.sql(
                        """
                        update attachment_span set until_at = greatest(from_at, :at)
                         where attachment_id = :attachment and until_at is null
                        """)
                .param("attachment", attachmentId)
                .param("at", utc(at))
                .update();
    }

    boolean isRevoked(String nodeId) {
        return db.sql(
                        "select exists (select from node where node_id = :nodeId and state = 'revoked')")
                .param("nodeId", nodeId)
                .query(Boolean.class)
                .single();
    }

    Optional<SiteId> siteOf(UUID attachmentId, Instant at) {
        return db.sql(
                        """
                        select site_id from attachment_span
                         where attachment_id = :attachment and from_at <= :at
                           and (until_at is null or until_at > :at)
                         order by from_at desc limit 1
                        """)
                .param("attachment", attachmentId)
                .param("at", utc(at))
                .query(UUID.class)
                .optional()
                .map(SiteId::new);
    }

    Map<UUID, Set<String>> nodesOf(Collection<UUID> attachments) {
        var nodes = new HashMap<UUID, Set<String>>();
        db.sql(
                        """
                        select distinct attachment_id, node_id from attachment_span
                        where attachment_id = any (:attachments)
                        """)
                .param("attachments", attachments.toArray(UUID[]::new))
                .query(rows -> {
                    nodes.computeIfAbsent(
                                    rows.getObject("attachment_id", UUID.class),
                                    attachment -> new HashSet<>())
                            .add(rows.getString("node_id"));
                });
        return nodes;
    }

    Map<String, NodePlace> places(Collection<String> nodes) {
        var places = new HashMap<String, NodePlace>();
        db.sql(
                        """
                        select node_id, owner_member_id, site_id, gateway from node
                        where node_id = any (:nodes) and owner_member_id is not null and site_id is not null
                        """)
                .param("nodes", nodes.toArray(String[]::new))
                .query(rows -> {
                    places.put(
                            rows.getString("node_id"),
                            new NodePlace(
                                    new MemberId(rows.getObject("owner_member_id", UUID.class)),
                                    new SiteId(rows.getObject("site_id", UUID.class)),
                                    rows.getBoolean("gateway")));
                });
        return places;
    }

    /** As for {@link #spans}: an hour belongs to the span that begins in it, and to the last holder after a detachment. */
    Map<UUID, Holder> holders(Collection<UUID> attachments, Instant hour) {
        var holders = new HashMap<UUID, Holder>();
        db.sql(
                        """
                        select distinct on (attachment_id) attachment_id, site_id, member_id from attachment_span
                        where attachment_id = any (:attachments) and from_at < :end
                        order by attachment_id, from_at desc
                        """)
                .param("attachments", attachments.toArray(UUID[]::new))
                .param("end", utc(hour.plus(1, ChronoUnit.HOURS)))
                .query(rows -> {
                    holders.put(
                            rows.getObject("attachment_id", UUID.class),
                            new Holder(
                                    new SiteId(rows.getObject("site_id", UUID.class)),
                                    new MemberId(rows.getObject("member_id", UUID.class))));
                });
        return holders;
    }

    List<SiteId> sitesOf(MemberId member) {
        return db.sql("select distinct site_id from attachment_span where member_id = :member")
                .param("member", member.value())
                .query((rs, row) -> new SiteId(rs.getObject("site_id", UUID.class)))
                .list();
    }

    List<UUID> of(SiteId site, Instant from, Instant to) {
        return db.sql(
                        """
                        select distinct attachment_id from attachment_span
                         where site_id = :site and from_at < :to
                           and (until_at is null or until_at > :from)
                         order by attachment_id
                        """)
                .param("site", site.value())
                .param("from", utc(from))
                .param("to", utc(to))
                .query((rs, row) -> rs.getObject("attachment_id", UUID.class))
                .list();
    }

    /**
     * An hour belongs to the span that begins in it; after a detachment the bytes stay the last holder's until the
     * attachment is given away again, so that windows handed over late are not lost.
     */
    List<AttachmentSpan> spans(SiteId site, Instant from, Instant to) {
        return db
                .sql(
                        """
                        select attachment_id, from_at, next_at
                          from (select attachment_id, site_id, from_at,
                                       lead(from_at) over (partition by attachment_id order by from_at) as next_at
                                  from attachment_span
                                 where attachment_id in (select attachment_id from attachment_span where site_id = :site)) held
                         where site_id = :site and from_at < :to and (next_at is null or next_at > :from)
                         order by attachment_id, from_at
                        """)
                .param("site", site.value())
                .param("from", utc(from))
                .param("to", utc(to))
                .query((rs, row) -> span(rs, from, to))
                .list()
                .stream()
                .filter(span -> span.from().isBefore(span.to()))
                .toList();
    }

    /** All spans that the sites ever had, each up to {@code to} at the latest, in whole hours. */
    Map<SiteId, List<AttachmentSpan>> spans(Collection<SiteId> sites, Instant from, Instant to) {
        var spans = new HashMap<SiteId, List<AttachmentSpan>>();
        db.sql(
                        """
                        select site_id, attachment_id, from_at, next_at
                          from (select attachment_id, site_id, from_at,
                                       lead(from_at) over (partition by attachment_id order by from_at) as next_at
                                  from attachment_span
                                 where attachment_id in (select attachment_id from attachment_span where site_id = any(:sites))) held
                         where site_id = any(:sites) and from_at < :to and (next_at is null or next_at > :from)
                         order by site_id, attachment_id, from_at
                        """)
                .param("sites", sites.stream().map(SiteId::value).toArray(UUID[]::new))
                .param("from", utc(from))
                .param("to", utc(to))
                .query(rs -> {
                    AttachmentSpan span = span(rs, from, to);
                    if (span.from().isBefore(span.to())) {
                        spans.computeIfAbsent(
                                        new SiteId(rs.getObject("site_id", UUID.class)),
                                        site -> new ArrayList<>())
                                .add(span);
                    }
                });
        return spans;
    }

    private static AttachmentSpan span(ResultSet rs, Instant from, Instant to) throws SQLException {
        Instant held = rs.getObject("from_at", OffsetDateTime.class).toInstant();
        OffsetDateTime next = rs.getObject("next_at", OffsetDateTime.class);
        Instant end = next == null || next.toInstant().isAfter(to) ? to : next.toInstant();
        return new AttachmentSpan(
                rs.getObject("attachment_id", UUID.class),
                (held.isAfter(from) ? held : from).truncatedTo(ChronoUnit.HOURS),
                end.truncatedTo(ChronoUnit.HOURS));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
