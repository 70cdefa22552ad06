package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.coopmesh.quickstart.Quickstart;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** People at a real browser on a living co-op; each deed is one visit. */
final class RealBrowser {
    static final String NEEDS = "needs chromium";
    private static final int DEED_SECONDS_MAX = 600;
    private static final Path PICTURES = Path.of("target/pictures").toAbsolutePath();
    private static final String CHROMIUM =
            Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                    .filter(path -> Files.isExecutable(Path.of(path)))
                    .findFirst()
                    .orElse("");

    private RealBrowser() {}

    static boolean possible() {
        return !CHROMIUM.isEmpty();
    }

    /** One of the village, signed in. */
    static JsonNode person(Quickstart village, String who, String... deed)
            throws IOException, InterruptedException {
        return visit(village, who + "@village.example", deed);
    }

    /** Whoever has a link. */
    static JsonNode nobody(Quickstart village, String... deed)
            throws IOException, InterruptedException {
        return visit(village, "-", deed);
    }

    private static JsonNode visit(Quickstart village, String email, String... deed)
            throws IOException, InterruptedException {
        return visit(
                village.installation().publicUrl(),
                email,
                village.village().password(),
                village.clock().now(),
                Map.of(),
                deed);
    }

    /** Somebody, or "-" for whoever has a link, at the co-op that answers at {@code url}. */
    static JsonNode visit(
            String url,
            String email,
            String password,
            Instant now,
            Map<String, String> environment,
            String... deed)
            throws IOException, InterruptedException {
        Files.createDirectories(PICTURES);
        var command =
                new ArrayList<String>(
                        List.of(
                                "node",
                                Path.of("src/test/browser/person.mjs").toAbsolutePath().toString(),
                                url,
                                email,
                                password,
                                PICTURES.toString()));
        command.addAll(List.of(deed));
        var builder = new ProcessBuilder(command);
        builder.environment().put("CHROMIUM", CHROMIUM);
        builder.environment().put("COOP_NOW", now.toString());
        builder.environment().putAll(environment);
        Path out = Files.createTempFile(PICTURES, "person", ".out");
        builder.redirectErrorStream(true).redirectOutput(out.toFile());
        Process process = builder.start();
        if (!process.waitFor(DEED_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        String told = Files.readString(out);
        Files.delete(out);
        assertThat(process.exitValue())
                .as("%s, %s: %s", email, String.join(" ", deed), told)
                .isZero();
        return JsonMapper.shared().readTree(told);
    }
}
