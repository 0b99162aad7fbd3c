package io.octavo.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Collectors;

/** The walls around the client's API. */
@AnalyzeClasses(packages = "io.octavo.client", importOptions = ImportOption.DoNotIncludeTests.class)
class ClientApiTest {
    private static final Set<String> OURS = Set.of("io.octavo.client", "io.octavo.rules");

    @ArchTest
    static final ArchRule publicSignaturesNameOnlyTheJdkAndOurs = methods()
            .that(arePublicApi())
            .should(
                    new ArchCondition<JavaMethod>(
                            "name only JDK types and ours, and of io.octavo.rules only ErrorCode") {
                        @Override
                        public void check(JavaMethod method, ConditionEvents events) {
                            Set<String> foreign = foreign(method);
                            if (!foreign.isEmpty()) {
                                events.add(SimpleConditionEvent.violated(
                                        method, method.getFullName() + " names " + foreign));
                            }
                        }
                    });

    @ArchTest
    static final ArchRule whatAProcessMayLackIsKnownInItsOwnPlaceAlone = noClasses()
            .that()
            .haveNameNotMatching(".*\\.(MicrometerMetrics|Jackson[23]Json)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "com.fasterxml.jackson..", "tools.jackson..");

    private static Set<String> foreign(JavaCodeUnit unit) {
        return unit.getAllInvolvedRawTypes().stream()
                .map(JavaClass::getBaseComponentType)
                .filter(type -> !type.isPrimitive() && !type.getPackageName().startsWith("java."))
                .filter(type -> !isOurs(type))
                .map(JavaClass::getName)
                .collect(Collectors.toSet());
    }

    private static boolean isOurs(JavaClass type) {
        boolean isPublic = type.getModifiers().contains(JavaModifier.PUBLIC);
        return isPublic
                && OURS.contains(type.getPackageName())
                && (type.getPackageName().equals("io.octavo.client")
                        || type.getSimpleName().equals("ErrorCode"));
    }

    private static DescribedPredicate<JavaMethod> arePublicApi() {
        return DescribedPredicate.describe(
                "are public in public classes",
                method -> method.getModifiers().contains(JavaModifier.PUBLIC)
                        && isVisible(method.getOwner())
                        && !method.getModifiers().contains(JavaModifier.SYNTHETIC));
    }

    private static boolean isVisible(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ClientApiTest::isVisible).orElse(true);
    }
}
