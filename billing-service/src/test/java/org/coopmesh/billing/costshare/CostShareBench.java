package org.coopmesh.billing.costshare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.coopmesh.billing.ledger.Money;

/**
 * Measures how long it takes to share a cost over the links of a mesh: exact Shapley shares of a tree of 20,000 nodes, from
 * the bytes of its links to rounded amounts. Prints figures, asserts only that nothing was lost.
 */
final class CostShareBench {
    private static final int NODES = 20_000;
    private static final int ROUNDS = 5;
    private static final Money TOTAL = Cast.cents(20_000_00);

    private CostShareBench() {}

    static void main(String[] arguments) throws IOException {
        int nodes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : NODES;
        measured("grown", nodes, random -> node -> random.nextInt(node), 1);
        measured("two_nodes_a_member", nodes, random -> node -> random.nextInt(node), 2);
        measured("chain", nodes, random -> node -> node - 1, 1);
        measured("star", nodes, random -> node -> 0, 1);
    }

    /** Which node the next one is linked to. */
    private interface Growth {
        int of(int node);
    }

    private interface Shape {
        Growth growth(Random random);
    }

    private static void measured(String shape, int nodes, Shape grown, int perMember)
            throws IOException {
        var random = new Random(42);
        Growth growth = grown.growth(random);
        Map<LinkTree.Link, Long> bytes = new HashMap<>();
        for (int i = 1; i < nodes; i++) {
            bytes.put(
                    new LinkTree.Link(name(i), name(growth.of(i))),
                    1L + random.nextInt(1_000_000_000));
        }
        var participants = new ArrayList<Participant>();
        for (int i = 0; i < nodes / perMember; i++) {
            var own = new ArrayList<String>();
            for (int k = 0; k < perMember; k++) {
                own.add(name(perMember == 1 ? i : random.nextInt(nodes)));
            }
            participants.add(Cast.participant(i, "home", 0, null, own));
        }
        Supplier<Allocation> share =
                () ->
                        new Policy.Tree(Map.of())
                                .share(
                                        TOTAL,
                                        participants,
                                        LinkTree.along(List.of(name(0)), bytes));
        Duration worst = Duration.ZERO;
        for (int round = 0; round < ROUNDS; round++) {
            Instant started = Instant.now();
            Allocation allocation = share.get();
            Duration took = Duration.between(started, Instant.now());
            worst = took.compareTo(worst) > 0 ? took : worst;
            Money sum = allocation.amounts().stream().reduce(Cast.cents(0), Money::plus);
            if (!sum.equals(TOTAL)) {
                throw new IllegalStateException("shared " + sum);
            }
        }
        System.gc();
        long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        figure(
                worst,
                "shape=%s nodes=%d members=%d worst_of=%d cores=%d heap_max_mb=%d heap_after_mb=%d"
                        .formatted(
                                shape,
                                nodes,
                                participants.size(),
                                ROUNDS,
                                Runtime.getRuntime().availableProcessors(),
                                Runtime.getRuntime().maxMemory() >> 20,
                                used >> 20));
    }

    private static String name(int node) {
        return "%064x".formatted(node);
    }

    private static void figure(Duration took, String settings) throws IOException {
        String value = String.format(Locale.ROOT, "%.3f", took.toNanos() / 1e9);
        System.out.println("FIGURE costshare.tree_s " + value + " s | " + settings);
        Path file =
                Path.of(
                        System.getProperty("coopmesh.bench.dir", "target/bench"),
                        "costshare.jsonl");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                """
                {"id":"%s","at":"%s","figure":"costshare.tree_s","value":%s,"unit":"s","settings":"%s"}
                """
                        .formatted(UUID.randomUUID(), Instant.now(), value, settings),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
