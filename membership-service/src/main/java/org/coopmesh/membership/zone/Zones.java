package org.coopmesh.membership.zone;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the zone: its head, its records and its log. */
@Repository
class Zones {
    /** Who has one of this many versions gets a difference, */
    static final int LOG_VERSIONS_MAX = 500;

    /** as long as all of them hold no more changes than this. */
    static final int LOG_CHANGES_MAX = 20_000;

    private static final int BATCH = 1_000;

    private final JdbcClient db;
    private final JdbcTemplate batches;

    Zones(JdbcClient db, JdbcTemplate batches) {
        this.db = db;
        this.batches = batches;
    }

    /**
     * The newest version.
     *
     * @param serial 0 before the first
     * @param zone as "village.mesh"
     * @param head what nodes are told, as it was signed
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on as they are, never compared.
    record Head(
            long serial,
            String zone,
            byte[] hostsHash,
            byte[] head,
            byte[] signature,
            String keyId) {}

    /** One record that came or went with a version. */
    record Change(long serial, boolean added, ZoneRecord record) {}

    /** Says that the zone is to be looked at. Waits for nobody. */
    void wish() {
        db.sql("insert into zone_wish default values").update();
    }

    boolean wished() {
        return db.sql("select exists (select 1 from zone_wish)").query(Boolean.class).single();
    }

    /** What was wished before is seen to by who calls this; what comes later is left for the next. */
    void takeWishes() {
        db.sql("delete from zone_wish").update();
    }

    /** Locks the head until the transaction ends: one at a time changes the zone. */
    Head lockHead() {
        return db.sql("select * from zone_head for update").query(Zones::headRow).single();
    }

    Head head() {
        return db.sql("select * from zone_head").query(Zones::headRow).single();
    }

    void save(Head head) {
        db.sql(
                        """
                        update zone_head
                        set serial = :serial, zone = :zone, hosts_hash = :hash, head = :head, signature = :signature,
                            key_id = :keyId
                        """)
                .param("serial", head.serial())
                .param("zone", head.zone())
                .param("hash", head.hostsHash())
                .param("head", head.head())
                .param("signature", head.signature())
                .param("keyId", head.keyId())
                .update();
    }

    TreeSet<ZoneRecord> records() {
        return new TreeSet<>(
                db.sql("select owner, type, rdata from zone_record")
                        .query((row, number) -> record(row))
                        .list());
    }

    void put(Collection<ZoneRecord> records) {
        batches.batchUpdate(
                "insert into zone_record (owner, type, rdata) values (?, ?, ?)",
                records,
                BATCH,
                (statement, record) -> {
                    statement.setString(1, record.owner());
                    statement.setString(2, record.type());
                    statement.setString(3, record.rdata());
                });
    }

    void remove(Collection<ZoneRecord> records) {
        batches.batchUpdate(
                "delete from zone_record where owner = ? and type = ? and rdata = ?",
                records,
                BATCH,
                (statement, record) -> {
                    statement.setString(1, record.owner());
                    statement.setString(2, record.type());
                    statement.setString(3, record.rdata());
                });
    }

    void log(long serial, byte[] hostsHash, List<Change> changes, Instant at) {
        db.sql(
                        "insert into zone_version (serial, hosts_hash, changes, at) values (:serial, :hash, :changes, :at)")
                .param("serial", serial)
                .param("hash", hostsHash)
                .param("changes", changes.size())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
        int[] position = {0};
        batches.batchUpdate(
                "insert into zone_change (serial, position, added, owner, type, rdata) values (?, ?, ?, ?, ?, ?)",
                changes,
                BATCH,
                (statement, change) -> {
                    statement.setLong(1, serial);
                    statement.setInt(2, position[0]++);
                    statement.setBoolean(3, change.added());
                    statement.setString(4, change.record().owner());
                    statement.setString(5, change.record().type());
                    statement.setString(6, change.record().rdata());
                });
    }

    /** Forgets the oldest versions, so that the log stays within its limits. The newest always stays. */
    void trimLog() {
        db.sql(
                        """
                        delete from zone_version where serial <= (
                            select max(serial) from (
                                select serial, row_number() over w as versions, sum(changes) over w as total
                                from zone_version window w as (order by serial desc)) as log
                            where versions > 1 and (versions > :versionsMax or total > :changesMax))
                        """)
                .param("versionsMax", LOG_VERSIONS_MAX)
                .param("changesMax", LOG_CHANGES_MAX)
                .update();
    }

    /** Another zone is another history. */
    void forgetLog() {
        db.sql("delete from zone_version").update();
    }

    /**
     * Everything that came and went after {@code serial}, in order.
     *
     * @return empty where the log does not reach back to it
     */
    Optional<List<Change>> changesAfter(long serial, long newest) {
        long versions =
                db.sql("select count(*) from zone_version where serial > :serial")
                        .param("serial", serial)
                        .query(Long.class)
                        .single();
        if (serial > newest || versions != newest - serial) return Optional.empty();
        return Optional.of(
                db.sql(
                                """
                                select serial, added, owner, type, rdata from zone_change
                                where serial > :serial order by serial, position
                                """)
                        .param("serial", serial)
                        .query((row, number) ->
                                new Change(
                                        row.getLong("serial"),
                                        row.getBoolean("added"),
                                        record(row)))
                        .list());
    }

    /** Whether the hosts of version {@code serial} had this hash, as far as the log knows. */
    boolean knows(long serial, byte[] hostsHash) {
        return db.sql("select hosts_hash from zone_version where serial = :serial")
                .param("serial", serial)
                .query((row, number) -> requireNonNull(row.getBytes(1)))
                .optional()
                .filter(hash -> Arrays.equals(hash, hostsHash))
                .isPresent();
    }

    boolean logged(long serial) {
        return db.sql("select exists (select 1 from zone_version where serial = :serial)")
                .param("serial", serial)
                .query(Boolean.class)
                .single();
    }

    private static ZoneRecord record(ResultSet row) throws SQLException {
        return new ZoneRecord(text(row, "owner"), text(row, "type"), text(row, "rdata"));
    }

    private static Head headRow(ResultSet row, int number) throws SQLException {
        return new Head(
                row.getLong("serial"),
                text(row, "zone"),
                requireNonNull(row.getBytes("hosts_hash")),
                requireNonNull(row.getBytes("head")),
                requireNonNull(row.getBytes("signature")),
                text(row, "key_id"));
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return requireNonNull(row.getString(column));
    }
}
