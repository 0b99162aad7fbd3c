package io.octavo.server.publish;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.topics.*}: how topics come into being.
 *
 * @param autoCreate a publish to a topic that does not exist makes it, with default settings
 */
@ConfigurationProperties("octavo.topics")
public record TopicsConfig(@DefaultValue("true") boolean autoCreate) {}
