package org.coopmesh.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Files of the source tree, wherever the test was started. */
final class Repository {
    private Repository() {}

    static Path path(String relative) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("docker-compose.yml"))
                    && Files.exists(at.resolve("helm"))) {
                return at.resolve(relative);
            }
        }
        throw new IllegalStateException("started outside the source tree");
    }

    static String text(String relative) {
        try {
            return Files.readString(path(relative));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A key that stands twice is an error, as it is for compose. */
    static <T> T yaml(String text) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        return new Yaml(new SafeConstructor(options)).load(text);
    }

    /** What Helm has rendered, an object each. */
    static List<Map<String, Object>> objects(String rendered) {
        var objects = new ArrayList<Map<String, Object>>();
        for (String document : rendered.split("(?m)^---\\s*$")) {
            if (document.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) continue;
            objects.add(yaml(document));
        }
        return objects;
    }
}
