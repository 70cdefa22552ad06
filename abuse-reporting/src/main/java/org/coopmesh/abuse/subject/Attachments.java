package org.coopmesh.abuse.subject;

import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the copy of nodes and of the prefixes they were given over time. */
@Repository
class Attachments {
    private final JdbcClient db;

    Attachments(JdbcClient db) {
        this.db = db;
    }

    void saveNode(NodeId node, MemberId owner, SiteId site, boolean gateway) {
        db.sql(
                        """
                        insert into node (node_id, owner_member_id, site_id, gateway, state)
                        values (:node, :owner, :site, :gateway, 'enrolled')
                        on conflict (node_id) do update set
                            owner_member_id = excluded.owner_member_id, site_id = excluded.site_id,
                            gateway = excluded.gateway, state = excluded.state
                        """)
                .param("node", node.value())
                .param("owner", owner.value())
                .param("site", site.value())
                .param("gateway", gateway)
                .update();
    }

    boolean endNode(NodeId node, String state) {
        return db.sql("update node set state = :state where node_id = :node")
                        .param("state", state)
                        .param("node", node.value())
                        .update()
                == 1;
    }

    int nodesInService() {
        return db.sql("select count(*) from node where state = 'enrolled'")
                .query(Integer.class)
                .single();
    }

    boolean knowsNode(NodeId node) {
        return db.sql("select exists (select from node where node_id = :node)")
                .param("node", node.value())
                .query(Boolean.class)
                .single();
    }

    void attach(Attachment attachment) {
        db.sql(
                        """
                        insert into attachment (attachment_id, node_id, site_id, member_id, prefix_v4, prefix_v6,
                            router_v4, router_v6, attached_at)
                        values (:id, :node, :site, :member, cast(:prefixV4 as cidr), cast(:prefixV6 as cidr),
                            cast(:routerV4 as inet), cast(:routerV6 as inet), :attachedAt)
                        on conflict (attachment_id) do nothing
                        """)
                .param("id", attachment.id().value())
                .param("node", attachment.node().value())
                .param("site", attachment.site().value())
                .param("member", attachment.member().value())
                .param("prefixV4", text(attachment.prefixV4()))
                .param("prefixV6", text(attachment.prefixV6()))
                .param("routerV4", text(attachment.routerV4()))
                .param("routerV6", text(attachment.routerV6()))
                .param("attachedAt", time(attachment.attachedAt()))
                .update();
    }

    /** False if no such attachment is known. One that ended before keeps its first end. */
    boolean detach(AttachmentId id, Instant at) {
        return db.sql(
                                """
                                update attachment
                                set detached_at = coalesce(detached_at, greatest(attached_at, :at))
                                where attachment_id = :id
                                """)
                        .param("id", id.value())
                        .param("at", time(at))
                        .update()
                == 1;
    }

    /**
     * Who held all of {@code part} at that moment; an attachment includes its first moment and not its last. Prefixes are never
     * shared in time, so of each prefix only the newest up to then can have held it: one look at the index for each length.
     */
    Optional<Subject> holder(Prefix part, Instant at) {
        String column = part.family() == Prefix.Family.V4 ? "prefix_v4" : "prefix_v6";
        return db.sql(
                        """
                        select held.member_id, held.site_id, held.attachment_id
                        from generate_series(0, :length) as lengths (length)
                        cross join lateral (
                            select member_id, site_id, attachment_id, attached_at, detached_at from attachment
                            where %s = network(set_masklen(cast(:address as inet), lengths.length)) and attached_at <= :at
                            order by attached_at desc limit 1) held
                        where held.detached_at is null or held.detached_at > :at
                        order by held.attached_at desc limit 1
                        """
                                .formatted(column))
                .param("length", part.length())
                .param("address", part.addressText())
                .param("at", time(at))
                .query((rs, row) ->
                        new Subject(
                                new MemberId(rs.getObject("member_id", UUID.class)),
                                new SiteId(rs.getObject("site_id", UUID.class)),
                                new AttachmentId(rs.getObject("attachment_id", UUID.class)),
                                at))
                .optional();
    }

    /** Through which node {@code address} was reached at that moment. */
    Optional<NodeId> node(Prefix address, Instant at) {
        return db.sql(
                        """
                        select node_id from attachment
                        where (prefix_v4 >>= cast(:address as inet) or prefix_v6 >>= cast(:address as inet))
                          and attached_at <= :at and (detached_at is null or detached_at > :at)
                        order by attached_at desc limit 1
                        """)
                .param("address", address.addressText())
                .param("at", time(at))
                .query((rs, row) -> new NodeId(rs.getString("node_id")))
                .optional();
    }

    /** Nodes that one of {@code members} owns, or is attached to at present. */
    Set<NodeId> nodes(Set<MemberId> members) {
        return db.sql(
                        """
                        select node_id from node where owner_member_id in (:members)
                        union
                        select node_id from attachment where member_id in (:members) and detached_at is null
                        """)
                .param("members", members.stream().map(MemberId::value).toList())
                .query((rs, row) -> new NodeId(rs.getString("node_id")))
                .set();
    }

    /** Every prefix that one of {@code members} holds or held. */
    List<Household.Held> heldBy(Set<MemberId> members) {
        return db.sql(
                        """
                        select prefix_v4::text as v4, prefix_v6::text as v6, attached_at, detached_at from attachment
                        where member_id in (:members)
                        """)
                .param("members", members.stream().map(MemberId::value).toList())
                .query((rs, row) -> {
                    OffsetDateTime detachedAt = rs.getObject("detached_at", OffsetDateTime.class);
                    return new Household.Held(
                            prefix(rs.getString("v4")),
                            prefix(rs.getString("v6")),
                            rs.getObject("attached_at", OffsetDateTime.class).toInstant(),
                            detachedAt == null ? null : detachedAt.toInstant());
                })
                .list();
    }

    SubjectRegister.HeldAmong heldAmong(Collection<Prefix> prefixes) {
        var hit = new HashSet<Prefix>();
        var members = new HashSet<UUID>();
        // Two questions, so that each finds its own index.
        for (String column : new String[] {"prefix_v4", "prefix_v6"}) {
            db.sql(
                            """
                            select p::text as hit, member_id from unnest(:prefixes::cidr[]) p
                            join attachment on detached_at is null and %s && p
                            """
                                    .formatted(column))
                    .param(
                            "prefixes",
                            prefixes.stream().map(Prefix::toString).toArray(String[]::new))
                    .query(rs -> {
                        hit.add(Prefix.parse(rs.getString("hit")));
                        members.add(rs.getObject("member_id", UUID.class));
                    });
        }
        return new SubjectRegister.HeldAmong(hit, members.size());
    }

    /** A router address of one of the co-op's own gateways that {@code target} would hit. */
    Optional<Prefix> gatewayWithin(Prefix target) {
        return db.sql(
                        """
                        select host(router) from (
                            select router_v4 as router from attachment join node using (node_id)
                            where gateway and state = 'enrolled' and detached_at is null
                              and router_v4 <<= cast(:target as cidr)
                            union all
                            select router_v6 from attachment join node using (node_id)
                            where gateway and state = 'enrolled' and detached_at is null
                              and router_v6 <<= cast(:target as cidr)) hit
                        limit 1
                        """)
                .param("target", target.toString())
                .query(String.class)
                .optional()
                .map(Prefix::parse);
    }

    boolean isGateway(NodeId node) {
        return db.sql(
                        """
                        select exists (select from node where node_id = :node and gateway and state = 'enrolled')
                        """)
                .param("node", node.value())
                .query(Boolean.class)
                .single();
    }

    /** The attachments that {@code prefix} overlaps at present. */
    Reach reachOfPrefix(Prefix prefix) {
        return db.sql(
                        """
                        select count(distinct member_id) as members, count(*) as attachments from attachment
                        where detached_at is null
                          and (prefix_v4 && cast(:prefix as inet) or prefix_v6 && cast(:prefix as inet))
                        """)
                .param("prefix", prefix.toString())
                .query((rs, row) ->
                        new Reach(rs.getInt("members"), rs.getInt("attachments"), prefix.size()))
                .single();
    }

    Reach reachOfNode(NodeId node) {
        return reachOf(
                db.sql(
                                """
                                select member_id, prefix_v4::text as v4, prefix_v6::text as v6 from attachment
                                where detached_at is null and node_id = :node
                                """)
                        .param("node", node.value())
                        .query((rs, row) ->
                                new Held(
                                        rs.getObject("member_id", UUID.class),
                                        rs.getString("v4"),
                                        rs.getString("v6")))
                        .list());
    }

    Reach reachOfMember(MemberId member) {
        return reachOf(
                db.sql(
                                """
                                select member_id, prefix_v4::text as v4, prefix_v6::text as v6 from attachment
                                where detached_at is null and member_id = :member
                                """)
                        .param("member", member.value())
                        .query((rs, row) ->
                                new Held(
                                        rs.getObject("member_id", UUID.class),
                                        rs.getString("v4"),
                                        rs.getString("v6")))
                        .list());
    }

    private record Held(UUID member, @Nullable String v4, @Nullable String v6) {}

    private static Reach reachOf(List<Held> attachments) {
        BigInteger addresses = BigInteger.ZERO;
        for (Held held : attachments) {
            addresses = addresses.add(size(held.v4())).add(size(held.v6()));
        }
        long members = attachments.stream().map(Held::member).distinct().count();
        return new Reach((int) members, attachments.size(), addresses);
    }

    private static BigInteger size(@Nullable String prefix) {
        return prefix == null ? BigInteger.ZERO : Prefix.parse(prefix).size();
    }

    private static @Nullable Prefix prefix(@Nullable String text) {
        return text == null ? null : Prefix.parse(text);
    }

    private static @Nullable String text(@Nullable Prefix prefix) {
        return prefix == null ? null : prefix.toString();
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
