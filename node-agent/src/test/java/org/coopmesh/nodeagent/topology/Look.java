package org.coopmesh.nodeagent.topology;

import com.google.protobuf.ByteString;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;

/** An agent's eyes in a process of their own, inside a network namespace: for each line it is told, one report. */
final class Look implements AutoCloseable {
    private static final int LOOKS_MAX = 10;

    private final Process process;
    private final BufferedReader answers;

    private Look(Process process) {
        this.process = process;
        answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static Look into(String namespace) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        command.addAll(
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Look.class.getName()));
        return new Look(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /**
     * One that has found {@code source}. Looking has a time limit, which a process that has only just begun may miss; what is
     * judged here is what an agent sees, not at which look.
     */
    static Look into(String namespace, String source) throws IOException {
        for (int look = 0; look < LOOKS_MAX; look++) {
            Look fresh = into(namespace);
            if (fresh.now().getLinkSourcesList().stream()
                    .anyMatch(found -> found.getSource().equals(source))) {
                return fresh;
            }
            fresh.close();
        }
        throw new IOException(source + " is not found in " + namespace);
    }

    /** What an agent would tell now. */
    ReportTopologyRequest now() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        String answer = answers.readLine();
        if (answer == null) throw new IOException("looks no more");
        return ReportTopologyRequest.parseFrom(
                ByteString.copyFrom(Base64.getDecoder().decode(answer)));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Looks whenever a line comes in. */
    public static void main(String[] arguments) throws Exception {
        var reporter =
                new TopologyReporter(
                        InProcessChannelBuilder.forName("nobody").build(),
                        "test",
                        "",
                        InstantSource.system(),
                        new TopologyReporter.Figures(() -> 0, () -> 0, () -> 0),
                        new TopologyReporter.Collected() {
                            @Override
                            public List<CollectedRouter> untold() {
                                return List.of();
                            }

                            @Override
                            public void told() {}
                        },
                        List::of,
                        new TopologyReporter.Releases(Optional::empty, offer -> {}),
                        serial -> {},
                        time -> {});
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (lines.readLine() != null) {
            reporter.report();
            System.out.println(Base64.getEncoder().encodeToString(reporter.latest().toByteArray()));
        }
        System.exit(0);
    }
}
