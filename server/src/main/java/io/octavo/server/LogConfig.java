package io.octavo.server;

import io.octavo.rules.InvalidField;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The key {@code octavo.log.format}.
 *
 * @param format log lines for people ({@code plain}), or one JSON document each ({@code json})
 */
@ConfigurationProperties("octavo.log")
record LogConfig(@DefaultValue("plain") String format) {
    LogConfig {
        if (!format.equals("plain") && !format.equals("json")) {
            throw new InvalidField("octavo.log.format", format, "plain or json");
        }
    }

    boolean isJson() {
        return format.equals("json");
    }
}
