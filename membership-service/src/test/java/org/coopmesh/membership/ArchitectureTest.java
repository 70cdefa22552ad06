package org.coopmesh.membership;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** Each capability imports only those to its left. Every rule is shown to refuse classes that are wrong on purpose. */
class ArchitectureTest {
    private static final List<String> ORDER =
            List.of(
                    "identity",
                    "member",
                    "roster",
                    "circular",
                    "mail",
                    "node",
                    "release",
                    "topology",
                    "graph",
                    "outage",
                    "feed",
                    "standing",
                    "access",
                    "names",
                    "zone",
                    "assembly",
                    "witness",
                    "privacy");
    private static final String SERVICE = "org.coopmesh.membership";
    private static final String FIXTURE = "org.coopmesh.fixture";

    /** Wherever the build puts its outputs. */
    private static final ImportOption NO_TESTS = location -> !location.contains("/test-classes/");

    private static final JavaClasses OURS =
            new ClassFileImporter().withImportOption(NO_TESTS).importPackages(SERVICE);

    @Test
    void capabilitiesUseOnlyEachOthersDoorsAndHaveNoCycle() {
        ApplicationModules.of(MembershipService.class, NO_TESTS).verify();
    }

    @Test
    void aCycleIsRefused() {
        var modules = ApplicationModules.of(FIXTURE + ".cycle", (ImportOption) _ -> true);

        assertThat(modules.detectViolations().getMessages())
                .anyMatch(message -> message.contains("Cycle"));
    }

    @Test
    void capabilitiesImportOnlyToTheirLeft() {
        importsGoLeft(SERVICE).check(OURS);
    }

    @Test
    void importsToTheRightAreRefused() {
        assertThat(violations(importsGoLeft(FIXTURE + ".order"), FIXTURE + ".order"))
                .isNotEmpty()
                .allMatch(violation -> violation.contains("Reaching"));
    }

    @Test
    void noCapabilityImportsTheFrame() {
        frameIsNotImported(SERVICE).check(OURS);
    }

    @Test
    void importsOfTheFrameAreRefused() {
        assertThat(violations(frameIsNotImported(FIXTURE + ".frame"), FIXTURE + ".frame"))
                .isNotEmpty()
                .allMatch(violation -> violation.contains("Leaning"));
    }

    @Test
    void everyClassIsInTheFrameOrInAFlatCapability() {
        packagesAreFlat(SERVICE).check(OURS);
    }

    @Test
    void subPackagesAreRefused() {
        assertThat(violations(packagesAreFlat(FIXTURE + ".deep"), FIXTURE + ".deep"))
                .singleElement()
                .asString()
                .contains("Hidden");
    }

    @Test
    void timeComesFromTheClock() {
        timeIsNotTakenFromTheMachine().check(OURS);
    }

    @Test
    void timeFromTheMachineIsRefused() {
        assertThat(violations(timeIsNotTakenFromTheMachine(), FIXTURE + ".clock"))
                .singleElement()
                .asString()
                .contains("Hasty");
    }

    private static ArchRule importsGoLeft(String base) {
        ArchRule all = null;
        for (int i = 0; i < ORDER.size() - 1; i++) {
            String[] right =
                    ORDER.subList(i + 1, ORDER.size()).stream()
                            .map(name -> base + "." + name + "..")
                            .toArray(String[]::new);
            ArchRule rule =
                    noClasses()
                            .that()
                            .resideInAPackage(base + "." + ORDER.get(i) + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(right)
                            .allowEmptyShould(true);
            all = all == null ? rule : CompositeArchRule.of(all).and(rule);
        }
        return all.as("capabilities import only to their left").allowEmptyShould(true);
    }

    private static ArchRule frameIsNotImported(String base) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(base)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(base);
    }

    private static ArchRule packagesAreFlat(String base) {
        var allowed =
                new DescribedPredicate<JavaClass>("in the frame or directly in a capability") {
                    @Override
                    public boolean test(JavaClass type) {
                        String name = type.getPackageName();
                        return name.equals(base)
                                || ORDER.stream().anyMatch(each -> name.equals(base + "." + each));
                    }
                };
        return classes().should(com.tngtech.archunit.lang.conditions.ArchConditions.be(allowed));
    }

    /** TLS and tokens live on the wall clock; they say so by asking Clock.systemUTC(). */
    private static ArchRule timeIsNotTakenFromTheMachine() {
        var unclocked =
                new DescribedPredicate<JavaMethodCall>("now() without a clock") {
                    @Override
                    public boolean test(JavaMethodCall call) {
                        boolean now =
                                call.getName().equals("now")
                                        && call.getTargetOwner()
                                                .getPackageName()
                                                .equals("java.time")
                                        && call.getTarget().getRawParameterTypes().stream()
                                                .noneMatch(type ->
                                                        type.isEquivalentTo(java.time.Clock.class));
                        return now || call.getName().equals("currentTimeMillis");
                    }
                };
        return noClasses().should().callMethodWhere(unclocked);
    }

    private static List<String> violations(ArchRule rule, String wrong) {
        JavaClasses classes = new ClassFileImporter().importPackages(wrong);
        assertThat(classes).isNotEmpty();
        return rule.evaluate(classes).getFailureReport().getDetails();
    }
}
