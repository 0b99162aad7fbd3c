package io.octavo.cli;

import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who is asking: as whom a version is resolved. */
final class ConsumerOptions {
    @Option(names = "--region", paramLabel = "NAME", description = "The consumer's region.")
    private @Nullable String region;

    @Option(names = "--app", paramLabel = "NAME", description = "The consumer's app.")
    private @Nullable String app;

    @Option(names = "--cluster", paramLabel = "NAME", description = "The consumer's cluster.")
    private @Nullable String cluster;

    @Option(
            names = "--instance",
            paramLabel = "NAME",
            description = "The consumer's instance, which counts where a publication is for a share of them.")
    private @Nullable String instance;

    @Nullable
    String region() {
        return checked("region", region);
    }

    @Nullable
    String app() {
        return checked("app", app);
    }

    @Nullable
    String cluster() {
        return checked("cluster", cluster);
    }

    @Nullable
    String instance() {
        if (instance != null && instance.isBlank()) {
            throw new InvalidField("--instance", instance, "a name");
        }
        return instance;
    }

    boolean isGiven() {
        return Stream.of(region, app, cluster, instance).anyMatch(value -> value != null);
    }

    Target addTo(Target target) {
        return target.with("region", region())
                .with("app", app())
                .with("cluster", cluster())
                .with("instance", instance());
    }

    /** As people write a scope; {@code *} = nothing is known of the consumer. */
    @Override
    public String toString() {
        String given = Stream.of(pair("region", region), pair("app", app), pair("cluster", cluster))
                .filter(pair -> !pair.isEmpty())
                .collect(Collectors.joining(","));
        return given.isEmpty() ? "*" : given;
    }

    private static String pair(String key, @Nullable String value) {
        return value == null ? "" : key + "=" + value;
    }

    private static @Nullable String checked(String key, @Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            Scopes.parse(key + "=" + value);
            return value;
        } catch (InvalidField e) {
            throw new InvalidField("--" + key, value, "1 to 128 letters, digits, dots, underscores and dashes");
        }
    }
}
