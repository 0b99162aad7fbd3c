package io.octavo.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls between the packages of the server. */
@AnalyzeClasses(packages = "io.octavo.server", importOptions = DoNotIncludeTests.class)
final class WallTest {
    @ArchTest
    static final ArchRule onlyItsPackageKnowsTheCassandraDriver = noClasses()
            .that()
            .resideOutsideOfPackage("io.octavo.server.cassandra..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.datastax..");

    @ArchTest
    static final ArchRule onlyThePayloadPackageKnowsTheS3Sdk = noClasses()
            .that()
            .resideOutsideOfPackage("io.octavo.server.payload..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("software.amazon..");

    @ArchTest
    static final ArchRule onlyValidationKnowsTheSchemaLibrary = noClasses()
            .that()
            .resideOutsideOfPackage("io.octavo.server.validation..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.networknt..");

    @ArchTest
    static final ArchRule validationKnowsNoRoleAndNoStore = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.validation..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.topic..",
                    "io.octavo.server.payload..",
                    "io.octavo.server.cassandra..",
                    "io.octavo.server.web..");

    @ArchTest
    static final ArchRule onlyTheWebKnowsHttp = noClasses()
            .that()
            .resideOutsideOfPackage("io.octavo.server.web..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.web..", "jakarta.servlet..", "org.apache.catalina..");

    @ArchTest
    static final ArchRule theTopicsKnowNoStoreAndNoTransport = noClasses()
            .that()
            .resideInAnyPackage("io.octavo.server.topic..", "io.octavo.server.nodes..", "io.octavo.server.lease..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "io.grpc..",
                    "com.datastax..",
                    "software.amazon..",
                    "io.octavo.server.cassandra..",
                    "io.octavo.server.payload..",
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.web..");

    @ArchTest
    static final ArchRule sharedReadsKnowTheLogAloneAndNoRole = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.reads..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "io.grpc..",
                    "com.datastax..",
                    "io.octavo.server.cassandra..",
                    "io.octavo.server.payload..",
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.web..");

    @ArchTest
    static final ArchRule theTlsFilesKnowNoTransportAndNoRole = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.tls..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.grpc..",
                    "io.netty..",
                    "com.datastax..",
                    "software.amazon..",
                    "io.octavo.server.cassandra..",
                    "io.octavo.server.grpc..",
                    "io.octavo.server.payload..",
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.web..");

    @ArchTest
    static final ArchRule callsBetweenNodesKnowNoRoleAndNoStore = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.peers..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.web..",
                    "io.octavo.server.cassandra..");

    @ArchTest
    static final ArchRule whoAsksWhatConsumersRunKnowsNoRoleAndNoStore = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.consumers..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.web..",
                    "io.octavo.server.cassandra..");

    @ArchTest
    static final ArchRule theRolesDoNotKnowTheOtherNodes = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.topic..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.octavo.server.peers..");

    @ArchTest
    static final ArchRule theFallbackCacheKnowsNoRoleAndNotTheLog = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.fallback..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.topic..",
                    "io.octavo.server.web..",
                    "io.octavo.server.cassandra..");

    @ArchTest
    static final ArchRule thePublishRoleDoesNotKnowTheOthers = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.publish..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.web..",
                    "io.octavo.server.cassandra..");

    @ArchTest
    static final ArchRule theSubscribeRoleDoesNotKnowTheOthersAndWritesNothing = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.subscribe..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.server.publish..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.web..",
                    "io.octavo.server.cassandra..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("io.octavo.server.topic.TopicCommits");

    @ArchTest
    static final ArchRule theHousekeepingRoleDoesNotKnowTheOthers = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.housekeeping..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.web..",
                    "io.octavo.server.cassandra..");

    @ArchTest
    static final ArchRule onlyTheLogIsToldOfCommits = noClasses()
            .that()
            .resideOutsideOfPackages("io.octavo.server.topic..", "io.octavo.server.cassandra..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("io.octavo.server.topic.Commit");

    @ArchTest
    static final ArchRule securityKnowsNoRoleAndNoStore = noClasses()
            .that()
            .resideInAPackage("io.octavo.server.security..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.octavo.server.publish..",
                    "io.octavo.server.subscribe..",
                    "io.octavo.server.housekeeping..",
                    "io.octavo.server.web..",
                    "io.octavo.server.cassandra..",
                    "io.octavo.server.payload..");

    @ArchTest
    static final ArchRule onlySecurityKnowsJsonWebTokens = noClasses()
            .that()
            .resideOutsideOfPackage("io.octavo.server.security..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.nimbusds..");

    @ArchTest
    static final ArchRule everyCallSaysWhatItNeeds = methods()
            .that()
            .areMetaAnnotatedWith(org.springframework.web.bind.annotation.RequestMapping.class)
            .should()
            .beAnnotatedWith("io.octavo.server.web.Needs");

    @ArchTest
    static final ArchRule conditionsAreNeverDecidedInOneDatacentreAlone = noClasses()
            .should()
            .accessField(com.datastax.oss.driver.api.core.ConsistencyLevel.class, "LOCAL_SERIAL")
            .orShould()
            .accessField(com.datastax.oss.driver.api.core.DefaultConsistencyLevel.class, "LOCAL_SERIAL");

    @ArchTest
    static final ArchRule timeIsPassedIn = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.octavo.server.StoresWiring")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(java.time.InstantSource.class, "system")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);
}
