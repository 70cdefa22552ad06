package org.coopmesh.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Where a measured village lives: empty at every start. */
final class VillageFolder {
    private VillageFolder() {}

    static Path fresh(Path home, String bench) throws IOException {
        Path state = home.resolve("system-test/target/bench-" + bench);
        if (Files.exists(state)) {
            try (var files = Files.walk(state)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return Files.createDirectories(state);
    }
}
