package org.coopmesh.nodeagent.netfilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.coopmesh.nodeagent.netfilter.MeshTable.Structure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The table against the real kernel. */
@EnabledIf(value = "org.coopmesh.nodeagent.netfilter.Lab#possible", disabledReason = Lab.NEEDS)
class MeshTableIT {

    private static Lab lab;

    @BeforeAll
    static void up() throws Exception {
        lab = Lab.up();
    }

    @AfterAll
    static void down() {
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void clean() throws Exception {
        lab.sh("router", "nft flush ruleset");
    }

    private interface WithTable {
        void accept(MeshTable table) throws Exception;
    }

    private static void with(WithTable test) throws Exception {
        lab.on(
                "router",
                () -> {
                    try (MeshTable table = MeshTable.open("coopmesh")) {
                        test.accept(table);
                    }
                    return null;
                });
    }

    @Test
    void structureIsMadeOnceAndFoundAgain() throws Exception {
        with(table -> {
            assertThat(table.intact()).isFalse();
            assertThat(table.ensure()).isEqualTo(Structure.MADE);

            assertThat(table.ensure()).isEqualTo(Structure.INTACT);
            assertThat(table.intact()).isTrue();
        });
    }

    @Test
    void missingRulesAreRepairedWithoutLosingCounters() throws Exception {
        with(table -> {
            table.ensure();
            Batch batch = table.batch();
            batch.counter("own.x.local_up");
            table.commit(batch);
            var before = table.counts();
            lab.sh("router", "nft flush table inet coopmesh");

            Structure done = table.ensure();

            assertThat(done).isEqualTo(Structure.REPAIRED);
            assertThat(table.intact()).isTrue();
            assertThat(table.counts()).isEqualTo(before);
        });
    }

    @Test
    void tableMadeAnewHasAnotherEpoch() throws Exception {
        with(table -> {
            table.ensure();
            String before = table.counts().epoch();
            lab.sh("router", "nft delete table inet coopmesh");

            assertThat(table.ensure()).isEqualTo(Structure.MADE);

            assertThat(table.counts().epoch()).isNotEqualTo(before);
        });
    }

    @Test
    void sameTableInAnotherNamespaceHasAnotherEpoch() throws Exception {
        List<String> epochs = new ArrayList<>();
        for (String host : List.of("router", "internet")) {
            lab.on(
                    host,
                    () -> {
                        try (MeshTable table = MeshTable.open("coopmesh")) {
                            table.ensure();
                            epochs.add(table.counts().epoch());
                        }
                        return null;
                    });
        }

        assertThat(epochs.get(0)).isNotEqualTo(epochs.get(1));
    }

    @Test
    void refusedBatchChangesNothing() throws Exception {
        with(table -> {
            table.ensure();
            Batch batch = table.batch();
            batch.add("ban4", address("0a000001"), 0);
            batch.remove("ban4", address("0a000002"));

            assertThatThrownBy(() -> table.commit(batch))
                    .isInstanceOfSatisfying(
                            NetfilterFailure.class, e -> assertThat(e.missing()).isTrue());

            assertThat(elements(table, "ban4")).isEmpty();
            Batch next = table.batch();
            next.add("ban4", address("0a000003"), 0);
            table.commit(next);
            assertThat(elements(table, "ban4")).containsExactly("0a000003");
        });
    }

    @Test
    void removalIsSafeWhetherOrNotTheElementIsThereWhenItIsAddedFirst() throws Exception {
        with(table -> {
            table.ensure();
            Batch first = table.batch();
            first.add("ban4", address("0a000001"), 60_000);
            first.addRange(
                    "ban4_ranges",
                    address("0a010000"),
                    Optional.of(address("0a020000")),
                    60_000,
                    Optional.empty());
            table.commit(first);

            for (int i = 0; i < 2; i++) {
                Batch batch = table.batch();
                batch.add("ban4", address("0a000001"), 0);
                batch.remove("ban4", address("0a000001"));
                batch.addRange(
                        "ban4_ranges",
                        address("0a010000"),
                        Optional.of(address("0a020000")),
                        0,
                        Optional.empty());
                batch.removeRange(
                        "ban4_ranges", address("0a010000"), Optional.of(address("0a020000")));
                table.commit(batch);
            }

            assertThat(elements(table, "ban4")).isEmpty();
            assertThat(elements(table, "ban4_ranges")).isEmpty();
        });
    }

    @Test
    void rangesMayTouchAndReachTheEndOfAllAddresses() throws Exception {
        with(table -> {
            table.ensure();
            Batch batch = table.batch();
            batch.addRange(
                    "garden4",
                    address("0a000000"),
                    Optional.of(address("0a000100")),
                    0,
                    Optional.empty());
            batch.addRange(
                    "garden4",
                    address("0a000100"),
                    Optional.of(address("0a000200")),
                    0,
                    Optional.empty());
            batch.addRange("garden4", address("ffffff00"), Optional.empty(), 0, Optional.empty());
            batch.addRange(
                    "garden4",
                    address("00000000"),
                    Optional.of(address("01000000")),
                    0,
                    Optional.empty());
            table.commit(batch);

            assertThat(lab.sh("router", "nft list set inet coopmesh garden4"))
                    .contains("0.0.0.0/8", "10.0.0.0/24", "10.0.1.0/24", "255.255.255.0/24");
        });
    }

    @Test
    void everythingIsReplacedInOneBatch() throws Exception {
        with(table -> {
            table.ensure();
            for (int i = 0; i < 2; i++) {
                Batch batch = table.batch();
                batch.flush("local_up4");
                batch.flush("ban4_ranges");
                batch.counter("own.x.local_up");
                batch.addRange(
                        "local_up4",
                        address("0ac90100"),
                        Optional.of(address("0ac90200")),
                        0,
                        Optional.of("own.x.local_up"));
                batch.addRange(
                        "ban4_ranges",
                        address("0a010000"),
                        Optional.of(address("0a020000")),
                        60_000,
                        Optional.empty());
                table.commit(batch);
            }

            assertThat(table.counts().counters())
                    .singleElement()
                    .satisfies(c -> assertThat(c.uses()).isPositive());
            assertThat(elements(table, "local_up4"))
                    .containsExactlyInAnyOrder("0ac90100", "0ac90200");
        });
    }

    @Test
    void otherTablesAreUntouched() throws Exception {
        lab.sh(
                "router",
                "nft add table inet other; nft add chain inet other c; nft add rule inet other c counter");
        String before = lab.sh("router", "nft -a list table inet other");
        with(table -> {
            table.ensure();
            lab.sh("router", "nft flush table inet coopmesh");
            table.ensure();
        });

        assertThat(lab.sh("router", "nft -a list table inet other")).isEqualTo(before);
    }

    private static byte[] address(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static List<String> elements(MeshTable table, String set) throws NetfilterFailure {
        List<String> keys = new ArrayList<>();
        table.elements(set, key -> keys.add(HexFormat.of().formatHex(key.key())));
        return keys;
    }
}
