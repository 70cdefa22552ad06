package org.coopmesh.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.coopmesh.quickstart.Installation;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;

/** How long "up" takes after the build, and how much memory the whole co-op takes, routers and all. */
final class QuickstartBench {
    private static final int SLOT = 3;
    private static final int PAGE_PORT = 8080 + SLOT * 100;
    private static final long SETTLE_MILLIS = 20_000;

    private QuickstartBench() {}

    static void main(String[] args) throws Exception {
        Path home = Path.of(System.getProperty("coopmesh.home", "..")).toAbsolutePath();
        Path state = VillageFolder.fresh(home, "quickstart");
        boolean simulated = !Mesh.possible();
        var figures = new Figures("quickstart");
        String mesh = simulated ? "simulated mesh" : "six routers in namespaces";
        var at = new Installation(home, state, SLOT, simulated);
        long memory;
        long start = System.nanoTime();
        CompletableFuture<Double> firstPage =
                CompletableFuture.supplyAsync(() -> secondsUntilPage(start));
        try (Quickstart village = Quickstart.start(at, System.err::println)) {
            figures.tell("quickstart.first_page_s", firstPage.join(), "s", "empty state; " + mesh);
            figures.tell(
                    "quickstart.up_s",
                    seconds(start),
                    "s",
                    "empty state, with a month lived; " + mesh);
            Thread.sleep(SETTLE_MILLIS);
            memory = proportionalKilobytes(state);
            figures.tell(
                    "quickstart.pss_mb",
                    memory / 1024.0,
                    "MB",
                    "this process and all its descendants, servers and agents included; " + mesh);
        }
        long again = System.nanoTime();
        Quickstart second = Quickstart.start(at, System.err::println);
        figures.tell("quickstart.second_up_s", seconds(again), "s", "on what it had kept; " + mesh);
        second.close();
        System.exit(0);
    }

    private static double secondsUntilPage(long start) {
        var request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + PAGE_PORT + "/")).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (true) {
                try {
                    if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()
                            == 200) {
                        return seconds(start);
                    }
                } catch (IOException notYet) {
                    // Starting
                }
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static long proportionalKilobytes(Path state) {
        List<ProcessHandle> all = ProcessHandle.allProcesses().toList();
        Set<Long> ours = new HashSet<>(Set.of(ProcessHandle.current().pid()));
        // PostgreSQL leaves its parent when it starts, but not its folder
        all.stream()
                .filter(process -> Work.commandLine(process).contains(state.toString()))
                .forEach(process -> ours.add(process.pid()));
        boolean grown = true;
        while (grown) {
            grown =
                    all.stream()
                            .filter(process ->
                                    process.parent()
                                            .filter(parent -> ours.contains(parent.pid()))
                                            .isPresent())
                            .map(process -> ours.add(process.pid()))
                            .reduce(false, Boolean::logicalOr);
        }
        return ours.stream().mapToLong(Work::proportionalKilobytes).sum();
    }
}
