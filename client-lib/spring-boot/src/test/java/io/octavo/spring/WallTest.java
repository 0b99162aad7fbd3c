package io.octavo.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls around the starter: it is glue between the client's public API and Spring. */
@AnalyzeClasses(packages = "io.octavo.spring", importOptions = DoNotIncludeTests.class)
final class WallTest {
    @ArchTest
    static final ArchRule theStarterKnowsTheClientAndWhatAnApplicationMayHave = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify.annotations..",
                    "io.octavo.spring",
                    "io.octavo.client",
                    "org.springframework..",
                    "org.slf4j",
                    "io.micrometer.core.instrument..",
                    "tools.jackson..");

    @ArchTest
    static final ArchRule whatAnApplicationMayLackIsKnownInItsOwnPlaceAlone = noClasses()
            .that()
            .doNotHaveSimpleName("JsonValues")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("tools.jackson..");

    @ArchTest
    static final ArchRule metersAreKnownWhereTheyAreMade = noClasses()
            .that()
            .doNotHaveSimpleName("MetricsConfiguration")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..");

    @ArchTest
    static final ArchRule actuatorIsKnownToHealthAlone = noClasses()
            .that()
            .haveSimpleNameNotContaining("Health")
            .and()
            .doNotHaveSimpleName("ReadinessOnly")
            .and()
            .doNotHaveSimpleName("Group")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.boot.health..", "org.springframework.boot.actuate..");
}
