package org.coopmesh.membership.roster;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.SiteId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for nodes that were agreed; the only class that knows the table. */
@Repository
class ExpectedNodes {
    private final JdbcClient db;

    ExpectedNodes(JdbcClient db) {
        this.db = db;
    }

    void set(SiteId site, Collection<String> names, MemberId by, Instant at) {
        db.sql("delete from expected_node where site_id = :site")
                .param("site", site.value())
                .update();
        for (String name : names) {
            db.sql(
                            """
                            insert into expected_node (site_id, name, agreed_by, agreed_at)
                            values (:site, :name, :by, :at)
                            """)
                    .param("site", site.value())
                    .param("name", name)
                    .param("by", by.value())
                    .param("at", at.atOffset(ZoneOffset.UTC))
                    .update();
        }
    }

    /** The names by site, each in order; a site for which nothing was agreed is left out. */
    Map<SiteId, List<String>> all() {
        var names = new LinkedHashMap<SiteId, List<String>>();
        db.sql("select site_id, name from expected_node order by site_id, lower(name)")
                .query(row -> {
                    names.computeIfAbsent(
                                    new SiteId(
                                            requireNonNull(row.getObject("site_id", UUID.class))),
                                    site -> new ArrayList<>())
                            .add(requireNonNull(row.getString("name")));
                });
        return names;
    }
}
