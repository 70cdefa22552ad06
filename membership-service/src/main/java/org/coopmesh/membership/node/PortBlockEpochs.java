package org.coopmesh.membership.node;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for how gateways shared their outside addresses over time. */
@Repository
class PortBlockEpochs {
    private final JdbcClient db;

    PortBlockEpochs(JdbcClient db) {
        this.db = db;
    }

    /** Parameters and whose they are. */
    record Of(NodeId node, PortBlocks blocks) {}

    /** The beginning of the newest epoch of a node. */
    Optional<Instant> newest(NodeId node) {
        return db.sql("select max(since) as since from port_block_epoch where node_id = :node")
                .param("node", node.hex())
                .query((row, number) ->
                        Optional.ofNullable(row.getObject("since", OffsetDateTime.class))
                                .map(OffsetDateTime::toInstant))
                .single();
    }

    /** False if it is there already. */
    boolean insert(NodeId node, PortBlockEpoch epoch, Instant toldAt) {
        PortBlocks blocks = epoch.blocks();
        return db.sql(
                                """
                                insert into port_block_epoch (node_id, since, told_at, inside, slot_length, outside,
                                    first_port, last_port, block_ports)
                                values (:node, :since, :told, :inside::cidr, :slot::int, :outside::inet[],
                                    :first::int, :last::int, :block::int)
                                on conflict do nothing
                                """)
                        .param("node", node.hex())
                        .param("since", Nodes.time(epoch.since()))
                        .param("told", Nodes.time(toldAt))
                        .param("inside", blocks == null ? null : blocks.inside().toString())
                        .param("slot", blocks == null ? null : blocks.slotLength())
                        .param("outside", blocks == null ? null : outside(blocks))
                        .param("first", blocks == null ? null : blocks.firstPort())
                        .param("last", blocks == null ? null : blocks.lastPort())
                        .param("block", blocks == null ? null : blocks.blockPorts())
                        .update()
                == 1;
    }

    private static String outside(PortBlocks blocks) {
        return blocks.outside().stream()
                .map(Prefix::toString)
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** What counted at a moment at each gateway that had this outside address then. */
    List<Of> at(Prefix address, Instant moment) {
        return db.sql(
                        """
                        select *, inside::text as inside_text,
                            (select array_agg(host(a) order by n) from unnest(outside) with ordinality as u(a, n)) as outside_text
                        from port_block_epoch epoch
                        where :address::inet = any(outside) and since <= :moment and not exists (
                            select from port_block_epoch later where later.node_id = epoch.node_id
                            and later.since <= :moment and later.since > epoch.since)
                        order by node_id
                        """)
                .param("address", address.toString())
                .param("moment", Nodes.time(moment))
                .query((row, number) -> new Of(new NodeId(Nodes.text(row, "node_id")), blocks(row)))
                .list();
    }

    private static PortBlocks blocks(ResultSet row) throws SQLException {
        String[] outside = (String[]) row.getArray("outside_text").getArray();
        return new PortBlocks(
                Prefix.parse(Nodes.text(row, "inside_text")),
                row.getInt("slot_length"),
                Arrays.stream(outside).map(Prefix::parse).toList(),
                row.getInt("first_port"),
                row.getInt("last_port"),
                row.getInt("block_ports"));
    }
}
