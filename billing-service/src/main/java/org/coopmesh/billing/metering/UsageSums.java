package org.coopmesh.billing.metering;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** SQL for the days that hours are summed up into. Each call that writes is one transaction. */
@Repository
class UsageSums {
    /** Hours summed up in one transaction; so long do late reports wait for it. */
    private static final int HOURS_AT_ONCE = 6;

    private final JdbcClient db;

    UsageSums(JdbcClient db) {
        this.db = db;
    }

    /** How far hours are summed up now. It only ever goes on. */
    Summed summed() {
        return db.sql("select time_zone, summed_to, hours_from from usage_summed")
                .query(UsageSums::row)
                .single();
    }

    /** As {@link #summed}, and it stays so until the transaction ends: for those who add to hours. Many may hold it at once. */
    Summed held() {
        return db.sql("select time_zone, summed_to, hours_from from usage_summed for share")
                .query(UsageSums::row)
                .single();
    }

    /**
     * Adds the next hours that end by {@code until} to their days in {@code zone}, or in the zone of those before. Where days
     * begin within an hour, that hour is of the day that begins in it, as it is when it is billed.
     *
     * @return whether there may be more to sum up
     */
    @Transactional
    boolean sumUp(ZoneId zone, Instant until) {
        Summed before =
                db.sql("select time_zone, summed_to, hours_from from usage_summed for update")
                        .query(UsageSums::row)
                        .single();
        Instant from = before.to().equals(Instant.EPOCH) ? oldestHour() : before.to();
        Instant end = until.truncatedTo(ChronoUnit.HOURS);
        if (from == null || !from.isBefore(end)) return false;
        Instant to = from.plus(HOURS_AT_ONCE, ChronoUnit.HOURS);
        if (to.isAfter(end)) to = end;
        db.sql(
                        """
                        with mark as (
                            update usage_summed set summed_to = :to, time_zone = coalesce(time_zone, :zone) returning time_zone
                        )
                        insert into usage_daily as d (attachment_id, hour, node_id, own, internet_bytes_down,
                            internet_bytes_up, local_bytes_down, local_bytes_up, windows)
                        select attachment_id, date_trunc('day', hour + interval '59 minutes 59 seconds', time_zone), node_id, own,
                               least(9223372036854775807, sum(internet_bytes_down)),
                               least(9223372036854775807, sum(internet_bytes_up)),
                               least(9223372036854775807, sum(local_bytes_down)),
                               least(9223372036854775807, sum(local_bytes_up)), sum(windows)
                          from usage_hour cross join mark
                         where hour >= :from and hour < :to
                         group by 1, 2, 3, 4
                        on conflict (attachment_id, hour, node_id, own) do update set
                            internet_bytes_down = least(9223372036854775807,
                                d.internet_bytes_down::numeric + excluded.internet_bytes_down),
                            internet_bytes_up = least(9223372036854775807,
                                d.internet_bytes_up::numeric + excluded.internet_bytes_up),
                            local_bytes_down = least(9223372036854775807,
                                d.local_bytes_down::numeric + excluded.local_bytes_down),
                            local_bytes_up = least(9223372036854775807,
                                d.local_bytes_up::numeric + excluded.local_bytes_up),
                            windows = d.windows + excluded.windows
                        """)
                .param("zone", zone.getId())
                .param("from", utc(from))
                .param("to", utc(to))
                .update();
        return true;
    }

    /**
     * From now on hours before {@code before} are no longer read by themselves: their days stand for them. Goes no further than
     * whole days that are summed up, and never back.
     */
    void leaveHours(Instant before) {
        Summed summed = summed();
        Instant day = summed.dayBegunBy(before.isBefore(summed.to()) ? before : summed.to());
        db.sql(
                        "update usage_summed set hours_from = :day where hours_from < :day and summed_to >= :day")
                .param("day", utc(day))
                .update();
    }

    private @Nullable Instant oldestHour() {
        OffsetDateTime oldest =
                db.sql("select min(hour) as oldest from usage_hour")
                        .query((rows, i) -> rows.getObject("oldest", OffsetDateTime.class))
                        .list()
                        .getFirst();
        return oldest == null ? null : oldest.toInstant();
    }

    private static Summed row(ResultSet rows, int place) throws SQLException {
        String zone = rows.getString("time_zone");
        return new Summed(
                zone == null ? ZoneOffset.UTC : ZoneId.of(zone),
                rows.getObject("summed_to", OffsetDateTime.class).toInstant(),
                rows.getObject("hours_from", OffsetDateTime.class).toInstant());
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
