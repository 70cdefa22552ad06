package org.coopmesh.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The names of what a service counts, as its metrics.txt has them, held against what it tells: rules and dashboards are written
 * by that file. Ours stand there whole; of those that the frameworks count only what somebody looks at.
 */
public final class MetricNames {
    private static final String OURS = "coopmesh_";
    private static final Path WRITTEN_DOWN = Path.of("metrics.txt");

    private MetricNames() {}

    /**
     * Where the service and metrics.txt, both of the current directory, differ.
     *
     * @param told what Prometheus reads there
     */
    public static List<String> differences(String told) throws IOException {
        Set<String> exported = exported(told);
        Set<String> written =
                Files.readAllLines(WRITTEN_DOWN).stream()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .collect(Collectors.toCollection(TreeSet::new));
        var differences = new ArrayList<String>();
        for (String name : written) {
            if (!exported.contains(name)) differences.add("written down, not told: " + name);
        }
        for (String name : exported) {
            if (name.startsWith(OURS) && !written.contains(name)) {
                differences.add("told, not written down: " + name);
            }
        }
        return differences;
    }

    private static Set<String> exported(String told) {
        return told.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
