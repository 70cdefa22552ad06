package org.coopmesh.membership.names;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.NodeRecordId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for names that are held; the only class that knows the table. */
@Repository
class MeshNames {
    private final JdbcClient db;

    MeshNames(JdbcClient db) {
        this.db = db;
    }

    /** One at a time counts and adds names of {@code owner}, until the transaction ends. */
    void lockOwner(MemberId owner) {
        db.sql("select pg_advisory_xact_lock(hashtextextended('names of ' || :owner, 0))")
                .param("owner", owner.toString())
                .query((row, number) -> true)
                .single();
    }

    int countOf(MemberId owner) {
        return db.sql("select count(*) from mesh_name where owner_id = :owner")
                .param("owner", owner.value())
                .query(Integer.class)
                .single();
    }

    /** False, and nothing has changed, if the label or one that looks the same is held. */
    boolean insert(MeshName.About about) {
        MeshService service = about.service();
        return db.sql(
                                """
                                insert into mesh_name (id, label, display, skeleton, owner_id, node, node_id, service_type,
                                    transport, port, hosts, path, registered_at)
                                values (:id, :label, :display, :skeleton, :owner, :node, :key, :type, :transport, :port,
                                    :hosts, :path, :at)
                                on conflict do nothing
                                """)
                        .param("id", about.id().value())
                        .param("label", about.label().ascii())
                        .param("display", about.label().display())
                        .param("skeleton", about.label().skeleton())
                        .param("owner", about.owner().value())
                        .param("node", about.node().value())
                        .param("key", about.key().hex())
                        .param("type", service == null ? null : service.type(), Types.VARCHAR)
                        .param(
                                "transport",
                                service == null ? null : service.transport(),
                                Types.VARCHAR)
                        .param("port", service == null ? null : service.port(), Types.INTEGER)
                        .param("hosts", hosts(service))
                        .param("path", service == null ? "" : service.path())
                        .param("at", time(about.registeredAt()))
                        .update()
                == 1;
    }

    /** Writes what may change of a name; an offer to hand it over is void after that. */
    void update(MeshName name) {
        MeshName.About about = name.about();
        MeshService service = about.service();
        DisputeId dispute =
                switch (name) {
                    case MeshName.Held _, MeshName.Lapsing _ -> null;
                    case MeshName.Frozen frozen -> frozen.dispute();
                };
        db.sql(
                        """
                        update mesh_name
                        set owner_id = :owner, node = :node, node_id = :key, service_type = :type, transport = :transport,
                            port = :port, hosts = :hosts, path = :path, free_at = :freeAt, dispute = :dispute,
                            transfer_hash = null, transfer_until = null
                        where id = :id
                        """)
                .param("owner", about.owner().value())
                .param("node", about.node().value())
                .param("key", about.key().hex())
                .param("type", service == null ? null : service.type(), Types.VARCHAR)
                .param("transport", service == null ? null : service.transport(), Types.VARCHAR)
                .param("port", service == null ? null : service.port(), Types.INTEGER)
                .param("hosts", hosts(service))
                .param("path", service == null ? "" : service.path())
                .param("freeAt", timeOrNull(freeAt(name)), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("dispute", dispute == null ? null : dispute.value(), Types.OTHER)
                .param("id", about.id().value())
                .update();
    }

    /** Binds every name on {@code node} to the key that it has now; true if that is another than before. */
    boolean rebind(NodeRecordId node, NodeId key) {
        return db.sql("update mesh_name set node_id = :key where node = :node and node_id <> :key")
                        .param("key", key.hex())
                        .param("node", node.value())
                        .update()
                > 0;
    }

    boolean anyOn(NodeRecordId node) {
        return db.sql("select exists (select 1 from mesh_name where node = :node)")
                .param("node", node.value())
                .query(Boolean.class)
                .single();
    }

    void offer(NameId id, byte[] codeHash, Instant until) {
        db.sql("update mesh_name set transfer_hash = :hash, transfer_until = :until where id = :id")
                .param("hash", codeHash)
                .param("until", time(until))
                .param("id", id.value())
                .update();
    }

    /** True if there was an offer. */
    boolean withdraw(NameId id) {
        return db.sql(
                                """
                                update mesh_name set transfer_hash = null, transfer_until = null
                                where id = :id and transfer_hash is not null
                                """)
                        .param("id", id.value())
                        .update()
                == 1;
    }

    void delete(NameId id) {
        db.sql("delete from mesh_name where id = :id").param("id", id.value()).update();
    }

    Optional<MeshName> lock(NameId id) {
        return db.sql("select * from mesh_name where id = :id for update")
                .param("id", id.value())
                .query(MeshNames::name)
                .optional();
    }

    /** The name that is offered by this code now. */
    Optional<MeshName> lockOffered(byte[] codeHash, Instant now) {
        return db.sql(
                        "select * from mesh_name where transfer_hash = :hash and transfer_until > :now for update")
                .param("hash", codeHash)
                .param("now", time(now))
                .query(MeshNames::name)
                .optional();
    }

    List<MeshName> lockOf(MemberId owner) {
        return db.sql("select * from mesh_name where owner_id = :owner order by id for update")
                .param("owner", owner.value())
                .query(MeshNames::name)
                .list();
    }

    /** Names that time has set free; those in dispute wait for the board. */
    List<MeshName> lockFree(Instant now, int limit) {
        return db.sql(
                        """
                        select * from mesh_name where free_at <= :now and dispute is null
                        order by id limit :limit for update skip locked
                        """)
                .param("now", time(now))
                .param("limit", limit)
                .query(MeshNames::name)
                .list();
    }

    /** A name as its owner sees it. */
    record Own(MeshName name, @Nullable Instant offeredUntil) {}

    List<Own> of(MemberId owner) {
        return db.sql("select * from mesh_name where owner_id = :owner order by label")
                .param("owner", owner.value())
                .query((row, number) -> new Own(name(row, number), instant(row, "transfer_until")))
                .list();
    }

    /** By label, after {@code after}; of one type of service where that is given. */
    List<MeshName> page(String after, @Nullable String type, int limit) {
        return db.sql(
                        """
                        select * from mesh_name
                        where label > :after and (:type::text is null or service_type = :type)
                        order by label limit :limit
                        """)
                .param("after", after)
                .param("type", type, Types.VARCHAR)
                .param("limit", limit)
                .query(MeshNames::name)
                .list();
    }

    List<MeshName> all() {
        return db.sql("select * from mesh_name order by label").query(MeshNames::name).list();
    }

    private static @Nullable Instant freeAt(MeshName name) {
        return switch (name) {
            case MeshName.Held _ -> null;
            case MeshName.Lapsing lapsing -> lapsing.freeAt();
            case MeshName.Frozen frozen -> frozen.freeAt();
        };
    }

    private static String[] hosts(@Nullable MeshService service) {
        return service == null ? new String[0] : service.hosts().toArray(String[]::new);
    }

    private static MeshName name(ResultSet row, int number) throws SQLException {
        String type = row.getString("service_type");
        var about =
                new MeshName.About(
                        new NameId(uuid(row, "id")),
                        label(row),
                        new MemberId(uuid(row, "owner_id")),
                        new NodeRecordId(uuid(row, "node")),
                        new NodeId(text(row, "node_id")),
                        type == null
                                ? null
                                : new MeshService(
                                        type,
                                        text(row, "transport"),
                                        row.getInt("port"),
                                        List.of((String[]) row.getArray("hosts").getArray()),
                                        text(row, "path")),
                        requireNonNull(instant(row, "registered_at")));
        Instant freeAt = instant(row, "free_at");
        UUID dispute = row.getObject("dispute", UUID.class);
        if (dispute != null) {
            return new MeshName.Frozen(about, new DisputeId(dispute), freeAt);
        }
        return freeAt == null ? new MeshName.Held(about) : new MeshName.Lapsing(about, freeAt);
    }

    static Label label(ResultSet row) throws SQLException {
        return new Label(text(row, "label"), text(row, "display"), text(row, "skeleton"));
    }

    static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    static @Nullable OffsetDateTime timeOrNull(@Nullable Instant instant) {
        return instant == null ? null : time(instant);
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    static UUID uuid(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getObject(column, UUID.class));
    }

    static String text(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getString(column));
    }
}
