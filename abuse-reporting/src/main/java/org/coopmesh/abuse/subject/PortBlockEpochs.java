package org.coopmesh.abuse.subject;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for how gateways shared their outside addresses over time. */
@Repository
class PortBlockEpochs {
    private final JdbcClient db;

    PortBlockEpochs(JdbcClient db) {
        this.db = db;
    }

    /** {@code blocks} null: from then on ports say nothing. One that is there already changes nothing. */
    void add(NodeId gateway, Instant since, @Nullable PortBlocks blocks) {
        db.sql(
                        """
                        insert into port_block_epoch (node_id, since, inside, slot_length, outside, first_port, last_port,
                            block_ports)
                        values (:node, :since, cast(:inside as cidr), cast(:slot as integer), cast(:outside as inet[]),
                            cast(:first as integer), cast(:last as integer), cast(:block as integer))
                        on conflict do nothing
                        """)
                .param("node", gateway.value())
                .param("since", since.atOffset(ZoneOffset.UTC))
                .param("inside", blocks == null ? null : blocks.inside().toString())
                .param("slot", blocks == null ? null : blocks.slotLength())
                .param("outside", blocks == null ? null : outside(blocks))
                .param("first", blocks == null ? null : blocks.firstPort())
                .param("last", blocks == null ? null : blocks.lastPort())
                .param("block", blocks == null ? null : blocks.blockPorts())
                .update();
    }

    /** What counted at a moment at each gateway that had this outside address then. */
    List<PortBlocks> at(Prefix address, Instant moment) {
        return db.sql(
                        """
                        select inside::text as inside, slot_length, first_port, last_port, block_ports,
                            (select array_agg(host(a) order by n) from unnest(outside) with ordinality as u(a, n)) as outside
                        from port_block_epoch epoch
                        where cast(:address as inet) = any (outside) and since <= :moment and not exists (
                            select from port_block_epoch later where later.node_id = epoch.node_id
                            and later.since <= :moment and later.since > epoch.since)
                        order by node_id
                        """)
                .param("address", address.addressText())
                .param("moment", moment.atOffset(ZoneOffset.UTC))
                .query(PortBlockEpochs::blocks)
                .list();
    }

    private static String outside(PortBlocks blocks) {
        return blocks.outside().stream()
                .map(Prefix::addressText)
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static PortBlocks blocks(ResultSet rs, int row) throws SQLException {
        Array outside = rs.getArray("outside");
        return new PortBlocks(
                Prefix.parse(rs.getString("inside")),
                rs.getInt("slot_length"),
                Arrays.stream((String[]) outside.getArray()).map(Prefix::parse).toList(),
                rs.getInt("first_port"),
                rs.getInt("last_port"),
                rs.getInt("block_ports"));
    }
}
