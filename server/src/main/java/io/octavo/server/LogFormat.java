package io.octavo.server;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Makes log lines JSON, if {@link LogConfig} says so, before the first one is written. */
final class LogFormat implements EnvironmentPostProcessor, Ordered {
    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        LogConfig config = Binder.get(environment).bindOrCreate("octavo.log", LogConfig.class);
        if (config.isJson()) {
            // The names of fields that Logstash, Loki and others know; the request's id is one of them.
            environment
                    .getPropertySources()
                    .addFirst(new MapPropertySource(
                            "json log lines",
                            Map.of(
                                    "logging.structured.format.console", "logstash",
                                    "spring.main.banner-mode", "off")));
        }
    }

    /** After all places where the key may stand have been read. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
