package io.octavo.server;

import io.octavo.rules.InvalidField;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** The key {@code octavo.log.format}: log lines for people, or one JSON document each. */
final class LogFormat implements EnvironmentPostProcessor, Ordered {
    private static final String KEY = "octavo.log.format";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        String format = environment.getProperty(KEY, "plain");
        if (format.equals("json")) {
            // The names of fields that Logstash, Loki and others know; the request's id is one of them.
            environment
                    .getPropertySources()
                    .addFirst(new MapPropertySource(
                            KEY,
                            Map.of(
                                    "logging.structured.format.console", "logstash",
                                    "spring.main.banner-mode", "off")));
        } else if (!format.equals("plain")) {
            throw new InvalidField(KEY, format, "plain or json");
        }
    }

    /** After all places where the key may stand have been read. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
