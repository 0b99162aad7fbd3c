package io.octavo.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the rules may know. */
@AnalyzeClasses(packages = "io.octavo.rules", importOptions = DoNotIncludeTests.class)
final class WallTest {
    @ArchTest
    static final ArchRule rulesKnowTheJdkAndTheMessagesOnly = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.rules",
                    "io.octavo.protocol..",
                    "java..",
                    "com.google.protobuf..",
                    "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule rulesHaveNoClockNoThreadsNoChanceAndNoInputOrOutput = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.time..",
                    "java.util.concurrent..",
                    "java.util.random..",
                    "java.io..",
                    "java.net..",
                    "java.nio.channels..",
                    "java.nio.file..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.(lang\\.(System|Thread.*|Runtime)|util\\.(Date|Timer.*|.*Calendar|.*Random)"
                    + "|security\\.SecureRandom)");

    @ArchTest
    static final ArchRule rulesAreFinalAndKeepNoState = classes()
            .that()
            .areNotInterfaces()
            .should()
            .haveModifier(JavaModifier.FINAL)
            .andShould()
            .haveOnlyFinalFields();
}
