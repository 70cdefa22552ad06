package org.coopmesh.billing.metering;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what is forgotten when its time is over. Each call is one transaction over at most so many rows. */
@Repository
class Retention {
    private final JdbcClient db;

    Retention(JdbcClient db) {
        this.db = db;
    }

    /** Reports of {@code node} whose windows began in [{@code from}, {@code to}), with the runs that they are in. */
    record Held(NodeId node, Instant from, Instant to) {}

    /** Removes reports that came before {@code before}, but for those held, and says how many. */
    int reports(Instant before, Collection<Held> held, int limit) {
        return db.sql(
                        """
                        with held as materialized (
                            select * from unnest(:nodes::bytea[], :froms::bigint[], :tos::bigint[]) as h (node_id, from_s, to_s)
                        ), old as (
                            select ctid from usage_report r
                            where received_at < :before
                              and not (r.node_id in (select node_id from held) and exists (
                                  select from held h join usage_report k on k.node_id = h.node_id
                                  where h.node_id = r.node_id and k.boot_id = r.boot_id
                                    and k.sequence <= r.run_last and k.sequence > r.run_last - :runMax
                                    and k.run_last = r.run_last
                                    and k.started_at >= to_timestamp(h.from_s) and k.started_at < to_timestamp(h.to_s)))
                            limit :limit for update skip locked
                        ), gone as (
                            delete from usage_report where ctid in (select ctid from old)
                            returning node_id, boot_id, sequence
                        ), boots as (
                            update usage_boot b set pruned_to = greatest(b.pruned_to, g.highest)
                            from (select node_id, boot_id, max(sequence) as highest
                                  from gone group by node_id, boot_id) g
                            where b.node_id = g.node_id and b.boot_id = g.boot_id
                        )
                        select count(*) from gone
                        """)
                .param("nodes", held.stream().map(h -> h.node().bytes()).toArray(byte[][]::new))
                .param(
                        "froms",
                        held.stream().map(h -> h.from().getEpochSecond()).toArray(Long[]::new))
                .param("tos", held.stream().map(h -> h.to().getEpochSecond()).toArray(Long[]::new))
                .param("runMax", ReportChain.REPORTS_MAX)
                .param("before", utc(before))
                .param("limit", limit)
                .query(Integer.class)
                .single();
    }

    /** Forgets the leaves of tiles of which no report is kept any more; roots stay. */
    int tiles(Instant before) {
        return db.sql(
                        """
                        update usage_tile t set hashes = null
                        where hashes is not null and last_at < :before
                          and not exists (select from usage_report r
                                          where r.received_at >= t.first_at and r.received_at <= t.last_at)
                        """)
                .param("before", utc(before))
                .update();
    }

    /** Removes hours that are no longer read, and says how many. Their days stay. */
    int hours(Instant before, int limit) {
        return db.sql(
                        """
                        delete from usage_hour where ctid in (
                            select ctid from usage_hour where hour < :before limit :limit for update skip locked)
                        """)
                .param("before", utc(before))
                .param("limit", limit)
                .update();
    }

    /** Removes what passed links and nodes in hours before {@code before}. */
    int links(Instant before) {
        int gone = 0;
        for (String statement :
                List.of(
                        "delete from link_hour where hour < :before",
                        "delete from link_outside where started_at < :before",
                        "delete from node_hour where hour < :before")) {
            gone += db.sql(statement).param("before", utc(before)).update();
        }
        return gone;
    }

    /** Removes days, gaps and discrepancies before {@code before}. */
    int days(Instant before) {
        int gone = 0;
        for (String statement :
                List.of(
                        "delete from usage_daily where hour < :before",
                        "delete from usage_gap where lost_to < :before",
                        "delete from usage_conflict where received_at < :before",
                        "delete from link_discrepancy where to_at < :before")) {
            gone += db.sql(statement).param("before", utc(before)).update();
        }
        return gone;
    }

    /** The oldest of each kind that is kept. */
    record Oldest(@Nullable Instant report, @Nullable Instant hour, @Nullable Instant day) {}

    Oldest oldest() {
        return new Oldest(
                oldest("select min(received_at) from usage_report").orElse(null),
                oldest(
                                "select min(hour) from usage_hour where hour >= (select hours_from from usage_summed)")
                        .orElse(null),
                oldest(
                                "select min(hour) from usage_daily where hour < (select hours_from from usage_summed)")
                        .orElse(null));
    }

    private Optional<Instant> oldest(String sql) {
        return db.sql(sql)
                .query((rows, i) -> Optional.ofNullable(rows.getObject(1, OffsetDateTime.class)))
                .single()
                .map(OffsetDateTime::toInstant);
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
