package org.coopmesh.abuse;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.modulith.core.Violations;
import org.springframework.stereotype.Repository;
import org.springframework.web.bind.annotation.RestController;

/** The shape of the service. Each rule is seen to reject classes that break it ({@code org.coopmesh.wrong}). */
class ArchitectureTest {
    private static final List<String> ORDER =
            List.of(
                    "transparency",
                    "subject",
                    "evidence",
                    "report",
                    "casework",
                    "decision",
                    "bouncer",
                    "ban",
                    "outside",
                    "appeal",
                    "plea",
                    "privacy");
    private static final Set<String> ASK_FOR_TIME =
            Set.of("now", "currentTimeMillis", "systemUTC", "systemDefaultZone", "system");

    // The predefined options know only Maven's own folder names; a build may be told to use others.
    private static final ImportOption ONLY_TESTS = location -> location.contains("/test-classes/");
    private static final ImportOption NO_TESTS = location -> !ONLY_TESTS.includes(location);

    private static final JavaClasses OURS =
            new ClassFileImporter().withImportOption(NO_TESTS).importPackages("org.coopmesh.abuse");
    private static final JavaClasses WRONG =
            new ClassFileImporter().importPackages("org.coopmesh.wrong");

    @Test
    void capabilitiesAreModulesThatKeepTheirInsidesToThemselves() {
        ourModules().verify();
    }

    @Test
    void modulesInACircleAreSeen() {
        var wrong = wrongModules();

        assertThatExceptionOfType(Violations.class)
                .isThrownBy(wrong::verify)
                .withMessageContaining("Cycle");
    }

    @Test
    void aCapabilityImportsOnlyWhatStandsToItsLeft() {
        holdsAndWasSeenToFail(importOrder("org.coopmesh.abuse"), importOrder("org.coopmesh.wrong"));
    }

    @Test
    void everyCapabilityHasItsPlaceInTheOrder() {
        assertThat(ourModules())
                .allSatisfy(
                        module -> assertThat(ORDER).contains(module.getIdentifier().toString()));
        assertThat(wrongModules())
                .anySatisfy(module ->
                        assertThat(ORDER).doesNotContain(module.getIdentifier().toString()));
    }

    @Test
    void nobodyAsksTheMachineForTheTime() {
        ArchRule rule =
                noClasses()
                        .that()
                        // How old a proof is, the machine says that signed the token: no demo clock
                        // moves it.
                        .doNotHaveFullyQualifiedName(FreshProof.class.getName())
                        .should()
                        .accessTargetWhere(
                                describe(
                                        "asks for the time",
                                        (JavaAccess<?> access) ->
                                                ASK_FOR_TIME.contains(access.getTarget().getName())
                                                        && asksForTime(access.getTargetOwner())))
                        .because("time comes from the injected Clock");
        holdsAndWasSeenToFail(rule, rule);
    }

    @Test
    void onlyRepositoriesSpeakSql() {
        ArchRule rule =
                noClasses()
                        .that()
                        .areNotAnnotatedWith(Repository.class)
                        .should()
                        .dependOnClassesThat()
                        .belongToAnyOf(JdbcClient.class)
                        .orShould()
                        .dependOnClassesThat()
                        .resideInAPackage("java.sql");
        holdsAndWasSeenToFail(rule, rule);
    }

    @Test
    void sqlAndHttpStayBehindTheDoor() {
        ArchRule rule =
                classes()
                        .that()
                        .areAnnotatedWith(Repository.class)
                        .or()
                        .areAnnotatedWith(RestController.class)
                        .should()
                        .bePackagePrivate();
        holdsAndWasSeenToFail(rule, rule);
    }

    @Test
    void publicValueTypesKnowNeitherSpringNorSql() {
        ArchRule rule =
                noClasses()
                        .that()
                        .arePublic()
                        .and(are(describe("records", JavaClass::isRecord)))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "org.springframework..", "java.sql..", "tools.jackson..");
        holdsAndWasSeenToFail(rule, rule);
    }

    private static void holdsAndWasSeenToFail(ArchRule ours, ArchRule wrong) {
        ours.check(OURS);
        assertThat(wrong.evaluate(WRONG).hasViolation()).as("seen to fail").isTrue();
    }

    private static ApplicationModules ourModules() {
        return ApplicationModules.of(AbuseReporting.class, NO_TESTS);
    }

    private static ApplicationModules wrongModules() {
        return ApplicationModules.of("org.coopmesh.wrong", ONLY_TESTS);
    }

    private static boolean asksForTime(JavaClass owner) {
        return owner.getPackageName().equals("java.time")
                || owner.isEquivalentTo(System.class)
                || owner.isEquivalentTo(Clock.class);
    }

    private static ArchRule importOrder(String root) {
        var rules = new ArrayList<ArchRule>();
        for (int i = 0; i < ORDER.size() - 1; i++) {
            DescribedPredicate<JavaClass> toTheRight =
                    resideInAPackage(root + "." + ORDER.get(i + 1) + "..");
            for (String right : ORDER.subList(i + 2, ORDER.size())) {
                toTheRight = toTheRight.or(resideInAPackage(root + "." + right + ".."));
            }
            rules.add(
                    noClasses()
                            .that()
                            .resideInAPackage(root + "." + ORDER.get(i) + "..")
                            .should()
                            .dependOnClassesThat(toTheRight)
                            .allowEmptyShould(true));
        }
        rules.add(
                noClasses()
                        .that()
                        .resideInAPackage(root + ".*..")
                        .should()
                        .dependOnClassesThat(resideInAPackage(root))
                        .allowEmptyShould(true));
        return CompositeArchRule.of(rules);
    }
}
