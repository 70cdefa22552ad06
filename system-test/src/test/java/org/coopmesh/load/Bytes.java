package org.coopmesh.load;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import tools.jackson.databind.JsonNode;

/** What the kernels of the clients counted, beside what billing knows of their routers. */
final class Bytes {
    private static final int ETHERNET_HEADER = 14;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration A_WINDOW = Duration.ofSeconds(6);
    private static final int WINDOWS_AT_REST = 4;

    /** Of what came down: routers themselves tell clients that there is no way, and neighbours ask for addresses. */
    private static final double OWN_WORDS_MAX = 0.005;

    /** Of what clients gave: what meets a router that has no way at the moment goes no further. */
    private static final double NOT_PASSED_ON_MAX = 0.05;

    private final Quickstart village;
    private final Instant from;
    private final Map<String, Count> kernelBefore;
    private final Map<String, Count> billedBefore;

    /** Without the headers of the wire. */
    private record Count(long down, long up) {
        Count minus(Count other) {
            return new Count(down - other.down, up - other.up);
        }

        Count plus(Count other) {
            return new Count(down + other.down, up + other.up);
        }
    }

    /** From now on; nothing flows. */
    Bytes(Quickstart village) throws InterruptedException {
        this.village = village;
        this.from = village.clock().now().minus(Duration.ofDays(1));
        this.billedBefore = billedAtRest();
        this.kernelBefore = kernel();
    }

    /** Nobody begins to fetch any more; what is under way on a narrow line may take some seconds yet. */
    void check(Findings findings) throws InterruptedException {
        Map<String, Count> billed = billedAtRest();
        Map<String, Count> kernel = kernel();
        for (String router : Mesh.ROUTERS) {
            Count came = kernel.get(router).minus(kernelBefore.get(router));
            Count counted = billed.get(router).minus(billedBefore.get(router));
            long leastDown = Math.round(came.down() * (1 - OWN_WORDS_MAX));
            long leastUp = Math.round(came.up() * (1 - NOT_PASSED_ON_MAX));
            findings.holds(
                    "bytes of " + router,
                    counted.down() >= leastDown
                            && counted.down() <= came.down()
                            && counted.up() >= leastUp
                            && counted.up() <= came.up(),
                    "clients took %,d and gave %,d, billed are %,d and %,d"
                            .formatted(came.down(), came.up(), counted.down(), counted.up()));
        }
    }

    /** The same of those who made theirs up. */
    void check(SimulatedReports reports, Findings findings) {
        findings.same("what billing said to simulated nodes", List.of(), reports.wrong());
        var billed = new TreeMap<String, Long>();
        reports.used().keySet().forEach(each -> billed.put(each, billed(each).down()));
        findings.same("bytes of simulated nodes", reports.used(), billed);
        System.out.println(
                reports.windows()
                        + " windows of simulated nodes, "
                        + billed.values().stream().mapToLong(Long::longValue).sum()
                        + " bytes");
    }

    private Map<String, Count> kernel() {
        var counts = new HashMap<String, Count>();
        for (String client : village.mesh().clients().keySet()) {
            String router = "n" + client.charAt(1);
            long down = 0;
            long up = 0;
            String table = village.mesh().inNamespace(client, List.of("cat", "/proc/net/dev"));
            for (String line : table.lines().filter(each -> each.contains(":")).toList()) {
                String[] words = line.strip().split("[:\\s]+");
                if (words[0].equals("lo")) continue;
                down += Long.parseLong(words[1]) - ETHERNET_HEADER * Long.parseLong(words[2]);
                up += Long.parseLong(words[9]) - ETHERNET_HEADER * Long.parseLong(words[10]);
            }
            counts.merge(router, new Count(down, up), Count::plus);
        }
        return counts;
    }

    /** Once all windows have come and nothing moves any more. */
    private Map<String, Count> billedAtRest() throws InterruptedException {
        Instant giveUp = Instant.now().plus(PATIENCE);
        Map<String, Count> last = Map.of();
        int rested = 0;
        while (rested < WINDOWS_AT_REST && Instant.now().isBefore(giveUp)) {
            Map<String, Count> now = billed();
            rested = now.equals(last) ? rested + 1 : 0;
            last = now;
            Thread.sleep(A_WINDOW);
        }
        return last;
    }

    private Map<String, Count> billed() {
        var counts = new TreeMap<String, Count>();
        for (String router : Mesh.ROUTERS) {
            counts.put(router, billed(village.village().lan(router).attachmentId()));
        }
        return counts;
    }

    private Count billed(String attachment) {
        String path =
                "/api/usage?attachmentId=%s&from=%s&to=%s&step=day&limit=200"
                        .formatted(
                                attachment, from, village.clock().now().plus(Duration.ofDays(2)));
        var sum = new Count(0, 0);
        for (JsonNode day : village.village().as("bruno").get(path).ok().path("items")) {
            sum =
                    sum.plus(
                            new Count(
                                    day.path("internetDown").asLong()
                                            + day.path("localDown").asLong(),
                                    day.path("internetUp").asLong()
                                            + day.path("localUp").asLong()));
        }
        return sum;
    }
}
