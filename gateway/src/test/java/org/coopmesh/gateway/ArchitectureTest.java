package org.coopmesh.gateway;

import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
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
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** Each capability imports only those to its left. Every rule is shown to refuse classes that are wrong on purpose. */
class ArchitectureTest {
    private static final List<String> ORDER = List.of("session", "routing", "live", "overview");
    private static final String GATEWAY = "org.coopmesh.gateway";
    private static final String FIXTURE = "org.coopmesh.fixture";

    /** Wherever the build puts its outputs. */
    private static final ImportOption NO_TESTS = location -> !location.contains("/test-classes/");

    private static final JavaClasses OURS =
            new ClassFileImporter().withImportOption(NO_TESTS).importPackages(GATEWAY);

    @Test
    void capabilitiesUseOnlyEachOthersDoorsAndHaveNoCycle() {
        ApplicationModules.of(Gateway.class, NO_TESTS).verify();
    }

    @Test
    void aCycleIsRefused() {
        var modules = ApplicationModules.of(FIXTURE + ".cycle", (ImportOption) _ -> true);

        assertThat(modules.detectViolations().getMessages())
                .anyMatch(message -> message.contains("Cycle"));
    }

    @Test
    void capabilitiesImportOnlyToTheirLeft() {
        importsGoLeft(GATEWAY).check(OURS);
    }

    @Test
    void importsToTheRightAreRefused() {
        assertThat(violations(importsGoLeft(FIXTURE + ".order"), FIXTURE + ".order"))
                .isNotEmpty()
                .allMatch(violation -> violation.contains("Reaching"));
    }

    @Test
    void everyClassIsInTheFrameOrInAFlatCapability() {
        packagesAreFlat(GATEWAY).check(OURS);
    }

    @Test
    void subPackagesAreRefused() {
        assertThat(violations(packagesAreFlat(FIXTURE + ".deep"), FIXTURE + ".deep"))
                .singleElement()
                .asString()
                .contains("Hidden");
    }

    @Test
    void whoAsksForTheTimeSaysOfWhichClock() {
        timeIsOfAClock().check(OURS);
    }

    @Test
    void timeOfNoClockIsRefused() {
        assertThat(violations(timeIsOfAClock(), FIXTURE + ".clock"))
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
        return classes().should(be(allowed));
    }

    private static ArchRule timeIsOfAClock() {
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
                                                .noneMatch(
                                                        type -> type.isEquivalentTo(Clock.class));
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
