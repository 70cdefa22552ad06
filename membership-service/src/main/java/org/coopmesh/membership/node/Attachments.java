package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for attachments, the history included. */
@Repository
class Attachments {
    private final JdbcClient db;

    Attachments(JdbcClient db) {
        this.db = db;
    }

    /** One at a time hands out prefixes, until its transaction ends. */
    void lockPools() {
        db.sql("select pg_advisory_xact_lock(hashtext('attachment pools'))")
                .query((row, number) -> true)
                .single();
    }

    void insert(Attachment attachment) {
        db.sql(
                        """
                        insert into attachment (id, node, site_id, prefix_v4, prefix_v6, attached_at)
                        values (:id, :node, :site, :v4::cidr, :v6::cidr, :since)
                        """)
                .param("id", attachment.id().value())
                .param("node", attachment.node().value())
                .param("site", attachment.site().value())
                .param("v4", textOrNull(attachment.prefixV4()))
                .param("v6", textOrNull(attachment.prefixV6()))
                .param("since", Nodes.time(attachment.since()))
                .update();
    }

    /** Ends an attachment; with a clock that stood still it ends when it began. */
    void end(AttachmentId id, Instant at) {
        db.sql(
                        """
                        update attachment set detached_at = greatest(attached_at, :at)
                        where id = :id and detached_at is null
                        """)
                .param("at", Nodes.time(at))
                .param("id", id.value())
                .update();
    }

    void move(NodeRecordId from, NodeRecordId to) {
        db.sql("update attachment set node = :to where node = :from")
                .param("to", to.value())
                .param("from", from.value())
                .update();
    }

    /** Whose a prefix was at a moment; an attachment has its first moment and not its last. */
    Optional<AttachmentId> holderOf(Prefix prefix, Instant at) {
        return db.sql(
                        """
                        select id from attachment
                        where (prefix_v4 >>= :prefix::cidr or prefix_v6 >>= :prefix::cidr)
                          and attached_at <= :at and (detached_at is null or detached_at > :at)
                        """)
                .param("prefix", prefix.toString())
                .param("at", Nodes.time(at))
                .query((row, number) -> new AttachmentId(row.getObject("id", UUID.class)))
                .optional();
    }

    /** Every prefix in use now. */
    List<Prefix> taken() {
        return db.sql(
                        """
                        select prefix_v4::text as prefix from attachment
                        where detached_at is null and prefix_v4 is not null
                        union all
                        select prefix_v6::text from attachment
                        where detached_at is null and prefix_v6 is not null
                        """)
                .query((row, number) -> Prefix.parse(Nodes.text(row, "prefix")))
                .list();
    }

    boolean any(NodeRecordId node) {
        return db.sql("select exists (select from attachment where node = :node)")
                .param("node", node.value())
                .query(Boolean.class)
                .single();
    }

    Optional<Attachment> find(AttachmentId id) {
        return db.sql("select * from attachment where id = :id")
                .param("id", id.value())
                .query(Attachments::attachment)
                .optional();
    }

    List<Attachment> openOf(Collection<NodeRecordId> nodes) {
        if (nodes.isEmpty()) {
            return List.of();
        }
        return db.sql(
                        """
                        select * from attachment where detached_at is null and node = any(:nodes)
                        order by attached_at, id
                        """)
                .param("nodes", nodes.stream().map(NodeRecordId::value).toArray(UUID[]::new))
                .query(Attachments::attachment)
                .list();
    }

    List<Attachment> openAt(Collection<SiteId> sites) {
        if (sites.isEmpty()) {
            return List.of();
        }
        return db.sql(
                        """
                        select * from attachment where detached_at is null and site_id = any(:sites)
                        order by attached_at, id
                        """)
                .param("sites", sites.stream().map(SiteId::value).toArray(UUID[]::new))
                .query(Attachments::attachment)
                .list();
    }

    List<Attachment> open(Collection<AttachmentId> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        return db.sql("select * from attachment where detached_at is null and id = any(:ids)")
                .param("ids", ids.stream().map(AttachmentId::value).toArray(UUID[]::new))
                .query(Attachments::attachment)
                .list();
    }

    List<Attachment> open() {
        return db.sql("select * from attachment where detached_at is null order by attached_at, id")
                .query(Attachments::attachment)
                .list();
    }

    private static Attachment attachment(ResultSet row, int number) throws SQLException {
        return new Attachment(
                new AttachmentId(Nodes.uuid(row, "id")),
                new NodeRecordId(Nodes.uuid(row, "node")),
                new SiteId(Nodes.uuid(row, "site_id")),
                prefix(row, "prefix_v4"),
                prefix(row, "prefix_v6"),
                requireNonNull(Nodes.instant(row, "attached_at")),
                Nodes.instant(row, "detached_at"));
    }

    private static @Nullable Prefix prefix(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? null : Prefix.parse(text);
    }

    private static @Nullable String textOrNull(@Nullable Prefix prefix) {
        return prefix == null ? null : prefix.toString();
    }
}
