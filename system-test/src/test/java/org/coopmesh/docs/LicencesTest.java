package org.coopmesh.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the co-op's programs are made of may be used in them: of each part one of its licences is on the list. Services and dashboard are
 * AGPL-3.0-or-later; the node agent is Apache-2.0 and has a shorter list.
 */
class LicencesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String SBOM = "target/classes/META-INF/sbom/application.cdx.json";
    private static final JsonMapper JSON = new JsonMapper();

    /** Those that ask for no more than to be named. */
    private static final Set<String> PERMISSIVE =
            Set.of(
                    "Apache-2.0",
                    "MIT",
                    "ISC",
                    "0BSD",
                    "BSD-2-Clause",
                    "BSD-3-Clause",
                    "Unlicense",
                    "CC0-1.0",
                    "Unicode-3.0",
                    "Python-2.0",
                    "Bouncy Castle Licence"); // MIT by another name.

    /** Those that the AGPL goes together with, too; fonts and figures are data. */
    private static final Set<String> WITH_THE_AGPL =
            with(
                    PERMISSIVE,
                    "AGPL-3.0-or-later",
                    "LGPL-2.1-only",
                    "LGPL-2.1-or-later",
                    "GPL-2.0-with-classpath-exception",
                    "OFL-1.1",
                    "CC-BY-4.0");

    @Test
    void everyPartHasALicenceThatWeMayUse() throws IOException {
        for (String service :
                List.of("membership-service", "billing-service", "abuse-reporting", "gateway")) {
            assertThat(refused(components(service), WITH_THE_AGPL)).as(service).isEmpty();
        }
        assertThat(refused(components("node-agent"), PERMISSIVE)).as("node-agent").isEmpty();
    }

    @Test
    void everyPackageOfTheDashboardHasALicenceThatWeMayUse() throws IOException {
        assertThat(refused(packages(), WITH_THE_AGPL)).isEmpty();
    }

    @Test
    void whatIsNotOnTheListIsSeen() {
        assertThat(
                        refused(
                                List.of(
                                        new Part("free", List.of("MIT")),
                                        new Part("either", List.of("SSPL-1.0", "MIT")),
                                        new Part("choice", List.of("(MIT OR GPL-2.0-only)")),
                                        new Part("ours", List.of("SSPL-1.0")),
                                        new Part("both", List.of("(MIT AND SSPL-1.0)")),
                                        new Part("silent", List.of())),
                                PERMISSIVE))
                .containsExactly("ours: [SSPL-1.0]", "both: [(MIT AND SSPL-1.0)]", "silent: []");
    }

    /** Something that is used, and the licences that it may be used by. */
    private record Part(String name, List<String> licences) {}

    private static List<String> refused(List<Part> parts, Set<String> allowed) {
        return parts.stream()
                .filter(part -> part.licences.stream().noneMatch(each -> isAllowed(each, allowed)))
                .map(part -> part.name + ": " + part.licences)
                .toList();
    }

    /** As SPDX writes choices, without brackets within brackets. */
    private static boolean isAllowed(String licence, Set<String> allowed) {
        String plain = licence.replaceAll("[()]", "");
        return Arrays.stream(plain.split(" OR "))
                .anyMatch(one -> allowed.containsAll(List.of(one.split(" AND "))));
    }

    private static List<Part> components(String module) throws IOException {
        Path sbom = ROOT.resolve(module).resolve(SBOM);
        assumeTrue(Files.exists(sbom), "built offline, where Maven writes no bill of materials");
        var parts = new ArrayList<Part>();
        for (JsonNode component : JSON.readTree(Files.readAllBytes(sbom)).path("components")) {
            var licences = new ArrayList<String>();
            for (JsonNode each : component.path("licenses")) {
                JsonNode licence = each.path("license");
                licences.add(
                        licence.path("id")
                                .asString(
                                        licence.path("name")
                                                .asString(each.path("expression").asString(""))));
            }
            parts.add(new Part(component.path("name").asString(), licences));
        }
        assertThat(parts).as(module).hasSizeGreaterThan(5);
        return parts;
    }

    /** What the browser is sent; tools of the build are not among it. */
    private static List<Part> packages() throws IOException {
        var parts = new ArrayList<Part>();
        JSON.readTree(Files.readAllBytes(ROOT.resolve("gateway/dashboard/package-lock.json")))
                .path("packages")
                .properties()
                .forEach(entry -> {
                    JsonNode of = entry.getValue();
                    if (entry.getKey().isEmpty() || of.path("dev").asBoolean(false)) return;
                    parts.add(new Part(entry.getKey(), List.of(of.path("license").asString(""))));
                });
        assertThat(parts).hasSizeGreaterThan(50);
        return parts;
    }

    private static Set<String> with(Set<String> some, String... more) {
        var all = new TreeSet<>(some);
        all.addAll(List.of(more));
        return all;
    }
}
