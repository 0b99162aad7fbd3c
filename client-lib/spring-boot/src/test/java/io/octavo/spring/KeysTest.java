package io.octavo.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/** What an application says of {@code octavo.client.*}, in its files, arguments and environment, is taken or refused. */
class KeysTest {
    private static final Map<String, Object> NONE = Map.of();

    @Test
    void theVariableOfAnEmergencyIsTakenAsTheClientTakesIt() {
        Map<String, Object> variables = Map.of("OCTAVO_CLIENT_OVERRIDES", "routing=1, device_list=2,");
        assertThat(start(NONE, variables).overrides()).isEqualTo(Map.of("routing", 1L, "device_list", 2L));
        assertThat(start(NONE, Map.of("OCTAVO_CLIENT_OVERRIDES", "")).overrides())
                .isEmpty();
        // The client reads its variable itself.
        assertThat(start(Map.of("octavo.client.overrides.devices", "2"), variables)
                        .overrides())
                .containsEntry("devices", 2L);
    }

    @Test
    void theSameTextIsTakenFromArgumentsAndFiles() {
        assertThat(start(Map.of("octavo.client.overrides", "routing=1"), NONE).overrides())
                .isEqualTo(Map.of("routing", 1L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a=", "=1", "a=newest", "a=0", "a=1,b", "A=1", "a=1;b=2"})
    void whatIsNoOverrideIsNamed(String wrong) {
        assertThatThrownBy(() -> start(NONE, Map.of("OCTAVO_CLIENT_OVERRIDES", wrong)))
                .rootCause()
                .satisfies(cause -> assertThat(said(cause)).contains("(expected: "));
    }

    @Test
    void anOverrideThatIsNoneIsShownWithWhatIsExpected() {
        assertThatThrownBy(() -> start(NONE, Map.of("OCTAVO_CLIENT_OVERRIDES", "a=newest")))
                .hasStackTraceContaining(
                        "octavo.client.overrides: a=newest (expected: topic=version, separated by commas)");
    }

    @Test
    void mapsOfTheApplicationAreReadAsBefore() {
        OverridesText converter = new OverridesText();
        assertThat(converter.getConvertibleTypes()).hasSize(1);
        assertThat(converter.matches(TypeDescriptor.valueOf(String.class), TypeDescriptor.valueOf(Map.class)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "octavo.client.cache-dir, octavo.client.cache-directory",
        "octavo.client.fallback[0].secret, octavo.client.fallback[n].secret-key",
        "octavo.client.fallback-afer, octavo.client.fallback-after"
    })
    void aKeyThatNothingReadsKeepsTheApplicationFromStarting(String wrong, String right) {
        Map<String, Object> keys = Map.of(
                wrong, "hidden", "octavo.client.fallback[0].region", "eu", "octavo.client.fallback[0].bucket", "b");
        assertThatThrownBy(() -> start(keys, NONE)).satisfies(failure -> {
            FailureAnalysis analysis = Objects.requireNonNull(analysis(failure));
            assertThat(analysis.getDescription())
                    .contains(wrong + ": set")
                    .contains("nothing reads it (expected: a key such as " + right + ")")
                    .doesNotContain("hidden");
        });
    }

    @Test
    void topicsWithDotsAndUnderscoresKeepThem() {
        Map<String, Object> keys =
                Map.of("octavo.client.overrides.device_list", "4", "octavo.client.overrides.eu.x", "5");
        assertThat(start(keys, NONE).overrides()).isEqualTo(Map.of("device_list", 4L, "eu.x", 5L));
    }

    @Test
    void aBucketWithOneOfTwoKeysIsRefused() {
        Map<String, Object> bucket =
                Map.of("octavo.client.fallback[0].region", "eu", "octavo.client.fallback[0].bucket", "b");
        for (String[] pair : new String[][] {{"access-key", "secret-key"}, {"secret-key", "access-key"}}) {
            Map<String, Object> keys = new HashMap<>(bucket);
            keys.put("octavo.client.fallback[0]." + pair[0], "hidden");
            assertThatThrownBy(() -> start(keys, NONE))
                    .hasStackTraceContaining("octavo.client.fallback[n]." + pair[1] + ": missing")
                    .hasStackTraceContaining("'octavo.client.fallback[0]'")
                    .satisfies(failure -> assertThat(said(failure)).doesNotContain("hidden"));
        }
        assertThatThrownBy(() -> start(Map.of("octavo.client.fallback[0].region", "eu"), NONE))
                .hasStackTraceContaining("octavo.client.fallback[n].bucket: missing");
    }

    @Test
    void variablesThatNothingReadsAreOneWarning() {
        Logger logger = (Logger) LoggerFactory.getLogger(KnownKeys.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        OctavoClientProperties keys;
        try {
            keys = start(
                    NONE,
                    Map.of(
                            "OCTAVO_CLIENT_CACHE_DIR", "/cache",
                            "OCTAVO_CLIENT_CACHE_LIMIT", "20MB",
                            "OCTAVO_CLIENT_CACHEVERSIONS", "3",
                            "OCTAVO_CLIENT_SUBSCRIBEENDPOINTS_0", "127.0.0.1:1",
                            "OCTAVO_CLIENT_FALLBACK_0_REGION", "eu",
                            "OCTAVO_CLIENT_FALLBACK_0_BUCKET", "b",
                            "OCTAVO_CLIENT_FALLBACK_0_SIGNINGREGION", "us-east-1",
                            "OCTAVO_CLIENT_OVERRIDES", "a=1",
                            "OCTAVO_CLIENT_SERVICE_HOST", "10.0.0.1",
                            "OCTAVO_CLIENT_POLLINTERVALL", "1s"));
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(keys.cacheLimit()).isNotNull();
        assertThat(keys.cacheVersions()).isEqualTo(3);
        assertThat(keys.subscribeEndpoints()).containsExactly("127.0.0.1:1");
        assertThat(keys.fallback())
                .singleElement()
                .satisfies(bucket -> assertThat(bucket.signingRegion()).isEqualTo("us-east-1"));
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("environment variables that nothing reads: OCTAVO_CLIENT_CACHE_DIR,"
                        + " OCTAVO_CLIENT_POLLINTERVALL");
    }

    @Test
    void theTokenIsNotShown() {
        assertThat(start(Map.of("octavo.client.token", "hidden"), NONE).toString())
                .doesNotContain("hidden");
    }

    private static String said(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }

    /** What Spring Boot says of a failure, of what is on its list of those who may say something. */
    private static @Nullable FailureAnalysis analysis(Throwable failure) {
        List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, error) -> {}));
        return analyzers.stream()
                .filter(UnknownKey.class::isInstance)
                .findFirst()
                .orElseThrow()
                .analyze(failure);
    }

    /** An application that starts and stops. */
    private static OctavoClientProperties start(Map<String, Object> keys, Map<String, Object> variables) {
        Map<String, Object> all = new HashMap<>(Map.of("octavo.client.server", "http://127.0.0.1:1"));
        all.putAll(keys);
        try (AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext()) {
            ConfigurableEnvironment environment = application.getEnvironment();
            String system = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
            environment.getPropertySources().replace(system, new SystemEnvironmentPropertySource(system, variables));
            environment.getPropertySources().addFirst(new MapPropertySource("arguments", all));
            application.register(OctavoClientAutoConfiguration.class);
            application.refresh();
            return application.getBean(OctavoClientProperties.class);
        }
    }
}
