package org.coopmesh.membership.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import org.coopmesh.membership.node.NetworkedService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** Feeds of a large mesh. {@code -Dfeed.nodes=20000} measures it; by default it is small enough for every build. */
@TestPropertySource(properties = "coopmesh.test.database=mesh")
class FeedSizeIT extends NetworkedService {
    private static final int NODES = Integer.getInteger("feed.nodes", 2_000);

    @Autowired private Painter painter;

    @AfterEach
    void theyGo() {
        db.sql("delete from node_status").update();
        db.sql("delete from node where name like 'many %'").update();
    }

    @Test
    void aLargeMeshIsToldWholeAndWithinBounds() throws Exception {
        many();
        Picture warm = painter.paint(true);
        Document.of(FeedKind.MESHVIEWER, warm, json, Document.BYTES_MAX);
        List<MemoryPoolMXBean> heap =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .toList();
        System.gc();
        heap.forEach(MemoryPoolMXBean::resetPeakUsage);
        long before = heap.stream().mapToLong(pool -> pool.getUsage().getUsed()).sum();

        long started = System.nanoTime();
        Picture picture = painter.paint(true);
        long painted = System.nanoTime();
        Document document = Document.of(FeedKind.MESHVIEWER, picture, json, Document.BYTES_MAX);
        long written = System.nanoTime();

        long peak = heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
        System.out.printf(
                "%d nodes, %d links: picture %d ms, written %d ms, %d bytes compressed, heap at most +%d MB%n",
                picture.boxes().size(),
                picture.wires().size(),
                (painted - started) / 1_000_000,
                (written - painted) / 1_000_000,
                document.compressed().length,
                (peak - before) >> 20);
        assertThat(picture.boxes()).hasSizeGreaterThanOrEqualTo(NODES);
        assertThat(picture.wires()).hasSizeGreaterThan(NODES - 2);
        assertThat(picture.boxes())
                .filteredOn(box -> box.name().startsWith("many "))
                .noneMatch(box -> box.gateway().isEmpty());
    }

    @Test
    void whatIsLongerThanItMayBeIsNotTold() {
        many();

        assertThatThrownBy(() -> Document.of(FeedKind.NETJSON, painter.paint(true), json, 10_000))
                .isInstanceOfSatisfying(
                        FeedRefused.class,
                        refused ->
                                assertThat(refused.why())
                                        .isEqualTo(FeedRefused.Why.FEED_TOO_LARGE));
    }

    /** A chain of nodes with a shortcut back every ten; the first is a gateway. */
    private void many() {
        db.sql(
                        """
                        insert into node (id, owner_id, site_id, name, gateway, created_at, state, node_id,
                                          certificate_until, enrolled_at)
                        select gen_random_uuid(), s.member_id, s.id, 'many ' || n, n = 1, now(), 'enrolled',
                               encode(sha256(n::text::bytea), 'hex'), now() + interval '90 days', now()
                        from generate_series(1, :nodes) n, (select * from site limit 1) s
                        """)
                .param("nodes", NODES)
                .update();
        db.sql(
                        """
                        insert into node_status (node_id, last_seen_at, observed_at, agent_version, uptime_seconds,
                            load_milli, memory_total_bytes, memory_available_bytes, clients, access_list_version,
                            spool_bytes, spool_windows)
                        select encode(sha256(n::text::bytea), 'hex'), now(), now(), '0.1.0', 9000, 200, 128000000,
                               64000000, 5, 1, 0, 0
                        from generate_series(1, :nodes) n
                        """)
                .param("nodes", NODES)
                .update();
        db.sql(
                        """
                        insert into node_address (node_id, interface, address)
                        select encode(sha256(n::text::bytea), 'hex'), 'mesh0', 'fe80::' || to_hex(n)
                        from generate_series(1, :nodes) n
                        """)
                .param("nodes", NODES)
                .update();
        db.sql(
                        """
                        insert into node_link (node_id, position, neighbour_node_id, interface, neighbour_address, source,
                            rx_cost, tx_cost, up, used)
                        select encode(sha256(n::text::bytea), 'hex'), k, '', 'mesh0',
                               'fe80::' || to_hex(case k when 0 then n - 1 when 1 then n + 1 else greatest(1, n - 10) end),
                               'babeld', 256, 256, true, k = 0
                        from generate_series(1, :nodes) n, generate_series(0, 2) k
                        where not (n = 1 and k <> 1)
                        """)
                .param("nodes", NODES)
                .update();
    }
}
