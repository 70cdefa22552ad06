package org.coopmesh.billing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.modulith.core.Violations;

/** The shape of the service. Each rule is seen to refuse a class that is wrong on purpose. */
class ArchitectureTest {
    /** Each imports only what stands before it. */
    private static final List<String> CAPABILITIES =
            List.of(
                    "ledger",
                    "subscription",
                    "metering",
                    "rating",
                    "settlement",
                    "outage",
                    "costshare",
                    "resolution",
                    "party",
                    "mail",
                    "webhook",
                    "invoice",
                    "instalment",
                    "simulation",
                    "payment",
                    "provider",
                    "document",
                    "directdebit",
                    "autopay",
                    "reconciliation",
                    "dunning",
                    "payroll",
                    "treasury",
                    "privacy");

    /** Also where the build directory is not called target. */
    private static final DescribedPredicate<JavaClass> TESTS =
            DescribedPredicate.describe(
                    "tests",
                    type ->
                            type.getSource()
                                    .map(source -> source.getUri().getPath())
                                    .filter(path -> path.contains("/test-classes/"))
                                    .isPresent());

    private static final JavaClasses SERVICE =
            new ClassFileImporter()
                    .withImportOption(place -> !place.contains("/test-classes/"))
                    .importPackages("org.coopmesh.billing");

    @Test
    void capabilitiesAreModulesWithoutCircles() {
        ApplicationModules modules = ApplicationModules.of(BillingService.class, TESTS);

        assertThat(modules.stream().map(module -> module.getIdentifier().toString()))
                .isSubsetOf(CAPABILITIES);
        modules.verify();
        assertThatThrownBy(() ->
                        ApplicationModules.of(
                                        "org.coopmesh.fixture.cycle", (ImportOption) _ -> true)
                                .verify())
                .isInstanceOf(Violations.class);
    }

    @Test
    void capabilitiesImportOnlyWhatStandsBeforeThem() {
        importOrder().forEach(rule -> rule.check(SERVICE));
        refuses(importOrder(), "org.coopmesh.fixture.order");
    }

    @Test
    void timeComesFromTheInjectedClock() {
        ArchRule rule =
                noClasses()
                        .should()
                        .callMethod(Instant.class, "now")
                        .orShould()
                        .callMethod(LocalDate.class, "now")
                        .orShould()
                        .callMethod(LocalDateTime.class, "now")
                        .orShould()
                        .callMethod(Clock.class, "systemDefaultZone");
        rule.check(SERVICE);
        refuses(List.of(rule), "org.coopmesh.fixture.wrong");
    }

    @Test
    void edgesAndRepositoriesStayInTheirCapability() {
        ArchRule rule =
                classes()
                        .that()
                        .haveNameMatching(".*(Controller|Endpoint|Listener)")
                        .or()
                        .areAnnotatedWith("org.springframework.stereotype.Repository")
                        .should()
                        .bePackagePrivate();
        rule.check(SERVICE);
        refuses(List.of(rule), "org.coopmesh.fixture.wrong");
    }

    @Test
    void nothingIsCountedInFloatingPoint() {
        ArchRule rule =
                fields().should()
                        .notHaveRawType(double.class)
                        .andShould()
                        .notHaveRawType(float.class);
        rule.check(SERVICE);
        refuses(List.of(rule), "org.coopmesh.fixture.wrong");
    }

    @Test
    void noServiceCallsAnother() {
        // Two doors lead out: to payment providers, and to the receivers that a co-op names.
        ArchRule rule =
                noClasses()
                        .that()
                        .doNotHaveFullyQualifiedName("org.coopmesh.billing.provider.ProviderHttp")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "org.coopmesh.membership..",
                                "org.coopmesh.abuse..",
                                "org.coopmesh.gateway..",
                                "org.springframework.web.client..",
                                "java.net.http..");
        ArchRule sockets =
                noClasses()
                        .that()
                        .doNotHaveFullyQualifiedName("org.coopmesh.billing.webhook.ReceiverLine")
                        .should()
                        .callConstructorWhere(
                                JavaCall.Predicates.target(
                                        HasOwner.Predicates.With.owner(
                                                JavaClass.Predicates.assignableTo(
                                                        "java.net.Socket"))));
        for (ArchRule each : List.of(rule, sockets)) {
            each.check(SERVICE);
            refuses(List.of(each), "org.coopmesh.fixture.wrong");
        }
    }

    private static List<ArchRule> importOrder() {
        var rules = new ArrayList<ArchRule>();
        for (int i = 0; i < CAPABILITIES.size() - 1; i++) {
            rules.add(
                    noClasses()
                            .that()
                            .resideInAPackage("org.coopmesh..billing." + CAPABILITIES.get(i))
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(
                                    CAPABILITIES.subList(i + 1, CAPABILITIES.size()).stream()
                                            .map(right -> "org.coopmesh..billing." + right + "..")
                                            .toArray(String[]::new))
                            .allowEmptyShould(true));
        }
        return rules;
    }

    private static void refuses(List<ArchRule> rules, String wrong) {
        JavaClasses fixture = new ClassFileImporter().importPackages(wrong);
        assertThatThrownBy(() -> rules.forEach(rule -> rule.check(fixture)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("org.coopmesh.fixture");
    }
}
