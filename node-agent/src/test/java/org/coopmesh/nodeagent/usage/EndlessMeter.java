package org.coopmesh.nodeagent.usage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Closes windows as fast as it can; all windows and the newest snapshot become durable in one rename. */
final class EndlessMeter {

    private EndlessMeter() {}

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0], "windows");
        Path fresh = Path.of(arguments[0], "windows.new");
        List<String> lines = new ArrayList<>();
        try (var counters = Counters.nftables("coopmesh", Optional.empty(), java.util.Map.of())) {
            var meter = new UsageMeter(counters, Instant::now);
            if (Files.exists(file)) {
                lines.addAll(Files.readAllLines(file));
                meter.resume(Base64.getDecoder().decode(lines.getLast().split(" ")[2]));
            } else {
                // As the agent does: where counting begins is durable before anything is reported.
                meter.resume(zero(meter));
            }
            while (true) {
                WindowCounts window = meter.close(Instant.now().plusNanos(1));
                long up =
                        window.attachments().stream().mapToLong(AttachmentCounts::internetUp).sum();
                lines.add(
                        window.bootId()
                                + " "
                                + up
                                + " "
                                + Base64.getEncoder().encodeToString(window.snapshot()));
                Files.write(fresh, lines);
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
                Thread.sleep(5);
            }
        }
    }

    /** The state in which nothing was reported yet, whatever the counters show. */
    private static byte[] zero(UsageMeter meter) {
        return MeterState.startingAt(
                        meter.startedAt(),
                        new Counters.Reading("none", List.of(), Optional.empty()))
                .encode();
    }
}
