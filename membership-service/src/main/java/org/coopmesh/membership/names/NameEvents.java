package org.coopmesh.membership.names;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what happened to names; the only class that knows the table. Rows are only added. */
@Repository
class NameEvents {
    private final JdbcClient db;

    NameEvents(JdbcClient db) {
        this.db = db;
    }

    /**
     * One thing that happened.
     *
     * @param kind a word that pages switch on
     * @param by null where time did it
     */
    record Event(
            long id,
            String label,
            String kind,
            UUID owner,
            @Nullable UUID by,
            String detail,
            Instant at) {}

    void add(MeshName name, String kind, @Nullable MemberId by, String detail, Instant at) {
        db.sql(
                        """
                        insert into mesh_name_event (name_id, label, kind, owner_id, by_member, detail, at)
                        values (:name, :label, :kind, :owner, :by, :detail, :at)
                        """)
                .param("name", name.id().value())
                .param("label", name.about().label().ascii())
                .param("kind", kind)
                .param("owner", name.about().owner().value())
                .param("by", by == null ? null : by.value(), Types.OTHER)
                .param("detail", detail)
                .param("at", MeshNames.time(at))
                .update();
    }

    /** A page, newest first; {@code before} is the id that the page before ended with, or the greatest long. */
    List<Event> page(long before, int limit) {
        return db.sql(
                        "select * from mesh_name_event where id < :before order by id desc limit :limit")
                .param("before", before)
                .param("limit", limit)
                .query(NameEvents::event)
                .list();
    }

    private static Event event(ResultSet row, int number) throws SQLException {
        return new Event(
                row.getLong("id"),
                MeshNames.text(row, "label"),
                MeshNames.text(row, "kind"),
                MeshNames.uuid(row, "owner_id"),
                row.getObject("by_member", UUID.class),
                MeshNames.text(row, "detail"),
                requireNonNull(MeshNames.instant(row, "at")));
    }
}
