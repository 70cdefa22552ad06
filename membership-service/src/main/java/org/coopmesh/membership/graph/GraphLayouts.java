package org.coopmesh.membership.graph;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** SQL for layouts of the graph. Each is its owner's; the one that is given out is everybody's to read. */
@Repository
class GraphLayouts {
    private final JdbcClient db;

    GraphLayouts(JdbcClient db) {
        this.db = db;
    }

    /** Keeps a layout in place of its owner's one of the same name; false if that would be more than {@code most}. */
    @Transactional
    boolean keep(GraphLayout layout, int most) {
        db.sql("select pg_advisory_xact_lock(hashtext('graph layouts'), hashtext(:owner))")
                .param("owner", layout.owner().toString())
                .query(row -> {});
        return db.sql(
                                """
                                insert into graph_layout (id, owner_id, name, changed_at, nodes, xs, ys)
                                select :id, :owner, :name, :at, :nodes::text[], :xs::float8[], :ys::float8[]
                                where (select count(*) from graph_layout where owner_id = :owner and name <> :name) < :most
                                on conflict (owner_id, name) do update
                                set changed_at = excluded.changed_at, nodes = excluded.nodes, xs = excluded.xs,
                                    ys = excluded.ys
                                """)
                        .param("id", layout.id())
                        .param("owner", layout.owner().value())
                        .param("name", layout.name())
                        .param("most", most)
                        .param("at", layout.changedAt().atOffset(ZoneOffset.UTC))
                        .param(
                                "nodes",
                                layout.places().stream()
                                        .map(GraphLayout.Place::node)
                                        .toArray(String[]::new))
                        .param(
                                "xs",
                                layout.places().stream()
                                        .map(GraphLayout.Place::x)
                                        .toArray(Double[]::new))
                        .param(
                                "ys",
                                layout.places().stream()
                                        .map(GraphLayout.Place::y)
                                        .toArray(Double[]::new))
                        .update()
                == 1;
    }

    /** Those of {@code reader}, by name, after the one that is given out. */
    List<GraphLayout.Line> of(MemberId reader) {
        return db.sql(
                        """
                        select id, owner_id, name, given_out, changed_at from graph_layout
                        where owner_id = :reader or given_out order by given_out desc, name
                        """)
                .param("reader", reader.value())
                .query((row, _) ->
                        new GraphLayout.Line(
                                row.getObject("id", UUID.class),
                                new MemberId(row.getObject("owner_id", UUID.class)),
                                row.getString("name"),
                                row.getBoolean("given_out"),
                                row.getObject("changed_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** Empty if there is none that {@code reader} may see. */
    Optional<GraphLayout> find(UUID id, MemberId reader) {
        return db.sql(
                        "select * from graph_layout where id = :id and (owner_id = :reader or given_out)")
                .param("id", id)
                .param("reader", reader.value())
                .query(GraphLayouts::layout)
                .optional();
    }

    /** False if {@code owner} has no such layout. */
    boolean delete(UUID id, MemberId owner) {
        return db.sql("delete from graph_layout where id = :id and owner_id = :owner")
                        .param("id", id)
                        .param("owner", owner.value())
                        .update()
                == 1;
    }

    /** Gives out a layout of {@code owner} in place of the one before; false if there is none. */
    @Transactional
    boolean giveOut(UUID id, MemberId owner) {
        db.sql("select pg_advisory_xact_lock(hashtext('graph layouts'))").query(row -> {});
        boolean known =
                db.sql(
                                "select exists (select 1 from graph_layout where id = :id and owner_id = :owner)")
                        .param("id", id)
                        .param("owner", owner.value())
                        .query(Boolean.class)
                        .single();
        if (!known) return false;
        db.sql("update graph_layout set given_out = false where given_out and id <> :id")
                .param("id", id)
                .update();
        db.sql("update graph_layout set given_out = true where id = :id").param("id", id).update();
        return true;
    }

    private static GraphLayout layout(ResultSet row, int number) throws SQLException {
        String[] nodes = (String[]) row.getArray("nodes").getArray();
        Double[] xs = (Double[]) row.getArray("xs").getArray();
        Double[] ys = (Double[]) row.getArray("ys").getArray();
        var places = new ArrayList<GraphLayout.Place>();
        for (int i = 0; i < nodes.length; i++) {
            places.add(new GraphLayout.Place(nodes[i], xs[i], ys[i]));
        }
        return new GraphLayout(
                row.getObject("id", UUID.class),
                new MemberId(row.getObject("owner_id", UUID.class)),
                requireNonNull(row.getString("name")),
                row.getBoolean("given_out"),
                row.getObject("changed_at", OffsetDateTime.class).toInstant(),
                places);
    }
}
