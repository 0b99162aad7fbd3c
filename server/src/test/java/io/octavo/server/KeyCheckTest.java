package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.octavo.rules.InvalidField;
import io.octavo.server.grpc.GrpcConfig;
import io.octavo.server.payload.RegionsConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class KeyCheckTest {
    private static final Map<String, Object> REGION = Map.of(
            "octavo.regions[0].name", "eu",
            "octavo.regions[0].s3.endpoint", "http://s3",
            "octavo.regions[0].s3.bucket", "payloads");

    @Test
    void keysInAnySpellingOfSpringAreKnown() {
        KnownKeys keys = new KnownKeys(List.of(GrpcConfig.class, RegionsConfig.class, OctavoConfig.class));
        assertThat(keys.all()).contains("octavo.roles", "octavo.grpc.endpoint", "octavo.regions[n].s3.bucket");
        assertThat(keys.has("octavo.regions[12].s3.bucket")).isTrue();
        assertThat(keys.has("octavo.regions[12].s3.buckets")).isFalse();
        assertThat(keys.has("octavo.grpc.maxCalls")).isEqualTo(keys.has("octavo.grpc.max-calls"));
        assertThat(keys.hasVariable("OCTAVO_REGIONS_0_S3_BUCKET")).isTrue();
        assertThat(keys.hasVariable("OCTAVO_REGIONS_0_S3_BUCKETS")).isFalse();
        assertThat(KnownKeys.variable("octavo.regions[n].s3.access-key")).isEqualTo("OCTAVO_REGIONS_N_S3_ACCESSKEY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"octavo.grpc.endpiont", "octavo.gprc.endpoint", "octavo.regions[0].s3.buckets", "octavo.role"})
    void aKeyThatNothingReadsKeepsTheNodeFromStarting(String key) {
        assertThatThrownBy(() -> start(Map.of(key, "1"), Map.of()))
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining(key)
                .hasMessageContaining("a key such as octavo.");
    }

    @Test
    void whatOthersSetInTheEnvironmentIsOneWarning() {
        Map<String, Object> variables = Map.of(
                "OCTAVO_GRPC_ENDPOINT", "127.0.0.1:1",
                "OCTAVO_SUBSCRIBE_SERVICE_HOST", "10.0.0.1",
                "OCTAVO_SUBSCRIBE_PORT_9090_TCP", "tcp://10.0.0.1:9090",
                "OCTAVO_TOKEN", "secret",
                "OCTAVO_COLOUR", "blue",
                "OCTAVO_GRPC_ENDPIONT", "x");
        Logger logger = (Logger) LoggerFactory.getLogger(KeyCheck.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            assertThatCode(() -> start(Map.of(), variables)).doesNotThrowAnyException();
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("environment variables that nothing reads: OCTAVO_COLOUR, OCTAVO_GRPC_ENDPIONT");
    }

    private static void start(Map<String, Object> arguments, Map<String, Object> variables) {
        Map<String, Object> all = new HashMap<>(REGION);
        all.putAll(arguments);
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            ConfigurableEnvironment environment = context.getEnvironment();
            String system = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
            environment.getPropertySources().replace(system, new SystemEnvironmentPropertySource(system, variables));
            environment.getPropertySources().addFirst(new MapPropertySource("arguments", all));
            context.register(Keys.class);
            context.refresh();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties({OctavoConfig.class, GrpcConfig.class, RegionsConfig.class})
    static class Keys {
        @Bean
        static KeyCheck keyCheck(ConfigurableEnvironment environment) {
            return new KeyCheck(environment);
        }
    }
}
