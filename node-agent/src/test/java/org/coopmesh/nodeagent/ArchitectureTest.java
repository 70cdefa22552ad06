package org.coopmesh.nodeagent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Counts flow usage → spool → report; the rest stands beside, and only the root knows all. */
class ArchitectureTest {
    private static final String ROOT = "org.coopmesh.nodeagent";
    private static final JavaClasses AGENT =
            new ClassFileImporter()
                    .withImportOption(location -> !location.contains("/test-classes/"))
                    .importPackages(ROOT);

    /** As each package-info.java says it. */
    private static final Map<String, Set<String>> MAY_IMPORT =
            Map.ofEntries(
                    Map.entry("identity", Set.of()),
                    Map.entry("portblock", Set.of("netfilter")),
                    Map.entry("sharing", Set.of("netfilter")),
                    Map.entry("netfilter", Set.of()),
                    Map.entry("usage", Set.of("netfilter")),
                    Map.entry("spool", Set.of()),
                    Map.entry("report", Set.of("usage", "spool", "identity")),
                    Map.entry("access", Set.of("identity", "netfilter")),
                    Map.entry("topology", Set.of("netfilter")),
                    Map.entry("collector", Set.of()),
                    Map.entry("release", Set.of("identity")),
                    Map.entry("names", Set.of("identity")),
                    Map.entry("witness", Set.of("identity")));

    @TestFactory
    List<DynamicTest> capabilitiesImportOnlyWhatTheySay() {
        List<DynamicTest> tests = new ArrayList<>();
        MAY_IMPORT.forEach((capability, allowed) -> {
            List<String> others =
                    new ArrayList<>(
                            MAY_IMPORT.keySet().stream()
                                    .filter(other -> !other.equals(capability))
                                    .filter(other -> !allowed.contains(other))
                                    .map(other -> ROOT + "." + other)
                                    .toList());
            others.add(ROOT);
            tests.add(
                    DynamicTest.dynamicTest(
                            capability,
                            () ->
                                    noClasses()
                                            .that()
                                            .resideInAPackage(ROOT + "." + capability)
                                            .should()
                                            .dependOnClassesThat()
                                            .resideInAnyPackage(others.toArray(String[]::new))
                                            .check(AGENT)));
        });
        return tests;
    }

    @Test
    void everyClassBelongsToACapabilityThatIsListedHere() {
        List<String> packages = new ArrayList<>(List.of(ROOT));
        MAY_IMPORT.keySet().forEach(capability -> packages.add(ROOT + "." + capability));

        classes().should().resideInAnyPackage(packages.toArray(String[]::new)).check(AGENT);
    }

    @Test
    void aRouterIsSparedSpringAndJackson() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "com.fasterxml..", "tools.jackson..")
                .check(AGENT);
    }

    @Test
    void onlyNetfilterCallsForeignCode() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".netfilter")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(AGENT);
    }
}
