package org.coopmesh.billing.metering;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the trees over the reports of each day. */
@Repository
class UsageDays {
    /** Leaves in a tile: a whole subtree, but for the last. */
    static final int TILE_LEAVES = 1_024;

    private static final int FETCH = 4 * TILE_LEAVES;

    private final JdbcClient db;
    private final JdbcTemplate jdbc;

    UsageDays(JdbcClient db, JdbcTemplate jdbc) {
        this.db = db;
        this.jdbc = jdbc;
    }

    /** A closed day. */
    record Day(LocalDate day, long reports, byte[] root, Instant closedAt) {}

    /** Where a report stands in the tree of its day; {@code path} leads from its leaf to the root. */
    record Place(Day day, long index, List<byte[]> path) {}

    /** The first day that is not closed, if anything was taken in up to it. */
    Optional<LocalDate> firstOpen() {
        return db.sql(
                        """
                        select coalesce(
                            (select max(day) + 1 from usage_day),
                            (select (min(received_at) at time zone 'UTC')::date from usage_report))
                        """)
                .query(LocalDate.class)
                .optional();
    }

    /** Closes {@code day} over what was taken in on it. False where another replica did already. */
    boolean close(LocalDate day, Instant at) {
        Instant from = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        Instant to = from.plus(Duration.ofDays(1));
        var tiles = new ArrayList<Object[]>();
        var tileRoots = new ArrayList<byte[]>();
        long[] reports = {0};
        var tile = new Tile();
        var statement = new JdbcTemplate(java.util.Objects.requireNonNull(jdbc.getDataSource()));
        statement.setFetchSize(FETCH);
        statement.query(
                """
                select hash, received_at from usage_report
                where received_at >= ? and received_at < ?
                order by received_at, node_id, boot_id, sequence
                """,
                rows -> {
                    Instant receivedAt =
                            rows.getObject("received_at", OffsetDateTime.class).toInstant();
                    tile.add(rows.getBytes("hash"), receivedAt);
                    reports[0]++;
                    if (tile.size() == TILE_LEAVES) {
                        tileRoots.add(tile.root());
                        tiles.add(tile.row(day, tiles.size()));
                        tile.clear();
                    }
                },
                Timestamp.from(from),
                Timestamp.from(to));
        if (tile.size() > 0) {
            tileRoots.add(tile.root());
            tiles.add(tile.row(day, tiles.size()));
        }
        boolean first =
                db.sql(
                                        """
                                        insert into usage_day (day, reports, root, closed_at)
                                        values (:day, :reports, :root, :at) on conflict do nothing
                                        """)
                                .param("day", day)
                                .param("reports", reports[0])
                                .param("root", MerkleTree.root(tileRoots))
                                .param("at", at.atOffset(ZoneOffset.UTC))
                                .update()
                        == 1;
        if (first) {
            jdbc.batchUpdate(
                    """
                    insert into usage_tile (day, tile, first_at, last_at, root, hashes) values (?, ?, ?, ?, ?, ?)
                    """,
                    tiles);
        }
        return first;
    }

    private static final class Tile {
        private final List<byte[]> leaves = new ArrayList<>();
        private final ByteArrayOutputStream hashes = new ByteArrayOutputStream();
        private Instant first = Instant.MIN;
        private Instant last = Instant.MIN;

        void add(byte[] hash, Instant receivedAt) {
            if (leaves.isEmpty()) first = receivedAt;
            last = receivedAt;
            leaves.add(MerkleTree.leaf(hash));
            hashes.writeBytes(hash);
        }

        int size() {
            return leaves.size();
        }

        byte[] root() {
            return MerkleTree.root(leaves);
        }

        Object[] row(LocalDate day, int number) {
            return new Object[] {
                day,
                number,
                first.atOffset(ZoneOffset.UTC),
                last.atOffset(ZoneOffset.UTC),
                root(),
                hashes.toByteArray()
            };
        }

        void clear() {
            leaves.clear();
            hashes.reset();
        }
    }

    /** Closed days before {@code before}, newest first. */
    List<Day> days(@Nullable LocalDate before, int limit) {
        return db.sql(
                        """
                        select * from usage_day where day < coalesce(:before::date, 'infinity') order by day desc limit :limit
                        """)
                .param("before", before, java.sql.Types.DATE)
                .param("limit", limit)
                .query((rows, i) ->
                        new Day(
                                rows.getObject("day", LocalDate.class),
                                rows.getLong("reports"),
                                rows.getBytes("root"),
                                rows.getObject("closed_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    Optional<Day> find(LocalDate day) {
        return days(day.plusDays(1), 1).stream()
                .filter(found -> found.day().equals(day))
                .findFirst();
    }

    /** Where the report with {@code hash}, taken in at {@code receivedAt}, stands; nothing while its day is not closed. */
    Optional<Place> place(ByteString hash, Instant receivedAt) {
        LocalDate date = LocalDate.ofInstant(receivedAt, ZoneOffset.UTC);
        return find(date).map(day -> new Tiles(day).place(hash, receivedAt));
    }

    /** The tiles of one day, read as they are asked for. */
    Tiles tiles(Day day) {
        return new Tiles(day);
    }

    /** The tiles of one day; asks for each once. */
    final class Tiles {
        private final Day day;
        private final List<byte[]> roots;
        private final List<Instant[]> spans = new ArrayList<>();
        private final java.util.Map<Integer, List<byte[]>> read = new java.util.HashMap<>();

        private Tiles(Day day) {
            this.day = day;
            this.roots = new ArrayList<>();
            db.sql("select first_at, last_at, root from usage_tile where day = :day order by tile")
                    .param("day", day.day())
                    .query(rows -> {
                        roots.add(rows.getBytes("root"));
                        spans.add(
                                new Instant[] {
                                    rows.getObject("first_at", OffsetDateTime.class).toInstant(),
                                    rows.getObject("last_at", OffsetDateTime.class).toInstant()
                                });
                    });
        }

        /** @throws UsageEvidence.NotWhole if no tile of the day holds the report: its clock had been set back then */
        Place place(ByteString hash, Instant receivedAt) {
            byte[] wanted = MerkleTree.leaf(hash.toByteArray());
            for (int tile = 0; tile < roots.size(); tile++) {
                if (receivedAt.isBefore(spans.get(tile)[0])
                        || receivedAt.isAfter(spans.get(tile)[1])) {
                    continue;
                }
                List<byte[]> leaves = read.computeIfAbsent(tile, this::leaves);
                for (int i = 0; i < leaves.size(); i++) {
                    if (Arrays.equals(leaves.get(i), wanted)) {
                        List<byte[]> path = MerkleTree.path(leaves, i);
                        path.addAll(MerkleTree.path(roots, tile));
                        return new Place(day, (long) tile * TILE_LEAVES + i, List.copyOf(path));
                    }
                }
            }
            throw new UsageEvidence.NotWhole(
                    "a report was taken in after its day was closed: " + day.day());
        }

        private List<byte[]> leaves(int tile) {
            byte[] hashes =
                    db.sql("select hashes from usage_tile where day = :day and tile = :tile")
                            .param("day", day.day())
                            .param("tile", tile)
                            .query(byte[].class)
                            .single();
            var leaves = new ArrayList<byte[]>();
            for (int i = 0; i < hashes.length; i += Sha256.BYTES) {
                leaves.add(MerkleTree.leaf(Arrays.copyOfRange(hashes, i, i + Sha256.BYTES)));
            }
            return leaves;
        }
    }
}
