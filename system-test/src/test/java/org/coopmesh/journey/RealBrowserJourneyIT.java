package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.journey.LivingVillage.NARROW_BYTES_PER_SECOND_MAX;
import static org.coopmesh.journey.LivingVillage.bytesPerSecond;
import static org.coopmesh.journey.LivingVillage.eventually;
import static org.coopmesh.journey.LivingVillage.eventuallyFast;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.coopmesh.quickstart.Mesh;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a newcomer does after "up", with the browser they would use. */
class RealBrowserJourneyIT {
    private static final int DEED_SECONDS_MAX = 600;
    private static final Path PICTURES = Path.of("target/pictures").toAbsolutePath();
    private static final String CHROMIUM =
            Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                    .filter(path -> Files.isExecutable(Path.of(path)))
                    .findFirst()
                    .orElse("");
    private static Quickstart village;

    @BeforeEach
    void start() {
        assumeTrue(!CHROMIUM.isEmpty(), "needs chromium");
        village = LivingVillage.get();
    }

    @Test
    void theNodesAreLiveAndTheirBytesGrowOnThePage() throws Exception {
        village.letTrafficFlow(true);

        JsonNode seen = person("alba", "watchNodes", Integer.toString(Mesh.ROUTERS.size()));

        assertThat(seen.path("up").asInt()).isEqualTo(Mesh.ROUTERS.size());
        assertThat(seen.path("after").asDouble()).isGreaterThan(seen.path("before").asDouble());
    }

    @Test
    void aBanClickedOnThePageStopsThePingAndLiftingItLetsItThroughAgain() throws Exception {
        LivingVillage.everyonePays();
        String internet = village.installation().internetAddress();
        eventually("its ping goes", () -> village.mesh().reaches("c6b", internet));

        person("carla", "ban", village.mesh().clients().get("c6b"));

        assertThat(village.mesh().reaches("c6b", internet)).isFalse();
        eventually("the neighbour's goes on", () -> village.mesh().reaches("c6", internet));

        person("carla", "lift");

        eventually("its ping is back", () -> village.mesh().reaches("c6b", internet));
    }

    @Test
    void elenasNarrowLaneOpensWhenTheTreasurerRecordsHerPayment() throws Exception {
        LivingVillage.letFallOverdue("elena");
        eventually(
                "elena has the slow lane",
                () -> bytesPerSecond("c5", 300_000) < NARROW_BYTES_PER_SECOND_MAX);
        assertThat(person("elena", "readOwn").path("limited").asBoolean()).isTrue();

        for (JsonNode invoice : LivingVillage.open("elena")) {
            person("bruno", "pay", invoice.path("id").asString());
        }

        eventuallyFast("c5");
        assertThat(person("elena", "readOwn").path("limited").asBoolean()).isFalse();
    }

    private static JsonNode person(String who, String... deed)
            throws IOException, InterruptedException {
        Files.createDirectories(PICTURES);
        var command =
                new ArrayList<String>(
                        List.of(
                                "node",
                                Path.of("src/test/browser/person.mjs").toAbsolutePath().toString(),
                                village.installation().publicUrl(),
                                who + "@village.example",
                                village.village().password(),
                                PICTURES.toString()));
        command.addAll(List.of(deed));
        var builder = new ProcessBuilder(command);
        builder.environment().put("CHROMIUM", CHROMIUM);
        Path out = Files.createTempFile(PICTURES, "person", ".out");
        builder.redirectErrorStream(true).redirectOutput(out.toFile());
        Process process = builder.start();
        if (!process.waitFor(DEED_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        String told = Files.readString(out);
        Files.delete(out);
        assertThat(process.exitValue()).as(who + ": " + told).isZero();
        return JsonMapper.shared().readTree(told);
    }
}
