package io.octavo.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells of a key {@code octavo.client.*} that nothing reads, without its value, which may be a secret. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UnknownKey extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> {
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable failure, UnboundConfigurationPropertiesException cause) {
        StringBuilder text = new StringBuilder();
        for (ConfigurationProperty property : cause.getUnboundProperties()) {
            String key = property.getName().toString();
            if (!key.startsWith(KnownKeys.PREFIX)) {
                return null;
            }
            Origin origin = property.getOrigin();
            text.append(key)
                    .append(": set")
                    .append(origin == null ? "" : " in " + origin)
                    .append(", and nothing reads it (expected: a key such as ")
                    .append(KnownKeys.nearest(key))
                    .append(")\n");
        }
        return new FailureAnalysis(
                text.toString(), "Change the configuration; docs/client-configuration.md has all keys.", failure);
    }
}
