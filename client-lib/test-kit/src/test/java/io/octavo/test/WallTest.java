package io.octavo.test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls around the test kit. */
@AnalyzeClasses(packages = "io.octavo.test", importOptions = DoNotIncludeTests.class)
final class WallTest {
    @ArchTest
    static final ArchRule theKitBringsNoStoreAndNoSpring = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify.annotations..",
                    "org.junit.jupiter.api..",
                    "io.octavo.test",
                    "io.octavo.client",
                    "io.octavo.rules",
                    "io.octavo.protocol",
                    "io.octavo.server..",
                    "io.grpc",
                    "io.micrometer.core.instrument..",
                    "com.google.gson..",
                    "com.google.protobuf..",
                    "org.springframework.util.unit..");

    @ArchTest
    static final ArchRule noPartOfTheServerThatNeedsAStoreOrTheWebIsUsed = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.server",
                    "io.octavo.server.cassandra..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.web..");

    @ArchTest
    static final ArchRule onlyWhatIsInMemoryKnowsTheServer = noClasses()
            .that()
            .haveSimpleNameNotStartingWith("Memory")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.octavo.server..");

    @ArchTest
    static final ArchRule onlyTheFakeGoesIntoTheClient = noClasses()
            .that()
            .haveSimpleNameNotStartingWith("FakeOctavo")
            .and()
            .doNotHaveSimpleName("MemoryCalls")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("io\\.octavo\\.client\\.SteppedClients.*");

    @ArchTest
    static final ArchRule publicSignaturesNameOnlyTheJdkTheClientAndJunit = methods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .should()
            .haveRawReturnType(areKnownToUsers())
            .andShould()
            .haveRawParameterTypes(DescribedPredicate.describe(
                    "are known to users", types -> types.stream().allMatch(areKnownToUsers())));

    private static DescribedPredicate<JavaClass> areKnownToUsers() {
        return DescribedPredicate.describe("is known to users", type -> {
            JavaClass base = type.getBaseComponentType();
            return base.isPrimitive()
                    || base.getPackageName().startsWith("java.")
                    || base.getPackageName().startsWith("org.junit.jupiter.api.")
                    || base.getPackageName().equals("io.octavo.client")
                    || base.getPackageName().equals("io.octavo.test");
        });
    }
}
