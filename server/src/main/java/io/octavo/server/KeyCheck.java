package io.octavo.server;

import io.octavo.rules.InvalidField;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Refuses to start with a key {@code octavo.*} in a file or an argument that nothing reads, for it is a mistake; warns
 * of environment variables of that kind, for others may have set them.
 */
final class KeyCheck implements BeanFactoryPostProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(KeyCheck.class);
    private static final String PREFIX = "octavo.";
    private static final String VARIABLES = "OCTAVO_";

    /** What Kubernetes sets for services by that name. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("OCTAVO(_.*)?_(SERVICE_HOST|SERVICE_PORT.*|PORT(_.*)?)");

    /** What the command line and the script read. */
    private static final List<String> OF_THE_COMMAND_LINE = List.of(
            "OCTAVO_SERVER",
            "OCTAVO_TOKEN",
            "OCTAVO_CA",
            "OCTAVO_CONFIG",
            "OCTAVO_CONTEXT",
            "OCTAVO_NO_BUILD",
            "OCTAVO_SERVER_JAVA_OPTS",
            "OCTAVO_JAVA17_HOME",
            "OCTAVO_JAVA25_HOME");

    private final ConfigurableEnvironment environment;

    KeyCheck(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        KnownKeys known = new KnownKeys(records(beans));
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> enumerable) {
                if (source.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)) {
                    warnOfVariables(known, enumerable.getPropertyNames());
                } else if (!source.getName().equals(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME)) {
                    refuseKeys(known, enumerable.getPropertyNames());
                }
            }
        }
    }

    private static List<Class<?>> records(ConfigurableListableBeanFactory beans) {
        List<Class<?>> records = new ArrayList<>();
        for (String name : beans.getBeanNamesForAnnotation(ConfigurationProperties.class)) {
            Class<?> type = beans.getType(name);
            if (type != null && type.isRecord() && (KnownKeys.prefix(type) + ".").startsWith(PREFIX)) {
                records.add(type);
            }
        }
        return records;
    }

    private static void refuseKeys(KnownKeys known, String[] names) {
        for (String name : names) {
            if (name.startsWith(PREFIX) && !known.has(name)) {
                throw new InvalidField(
                        name,
                        "set, and nothing reads it",
                        "a key such as " + nearest(known, name) + "; see docs/configuration.md");
            }
        }
    }

    private static void warnOfVariables(KnownKeys known, String[] names) {
        TreeSet<String> unknown = new TreeSet<>();
        Stream.of(names)
                .filter(name -> name.startsWith(VARIABLES))
                .filter(name -> !OF_THE_COMMAND_LINE.contains(name))
                .filter(name -> !SERVICE_LINK.matcher(name).matches())
                .filter(name -> !known.hasVariable(name))
                .forEach(unknown::add);
        if (!unknown.isEmpty()) {
            LOG.warn("environment variables that nothing reads: {}", String.join(", ", unknown));
        }
    }

    /** The known key that has the longest beginning in common, and the most similar length. */
    private static String nearest(KnownKeys known, String name) {
        return known.all().stream()
                .max(Comparator.comparingInt((String key) -> common(key, name))
                        .thenComparing(key -> -Math.abs(key.length() - name.length())))
                .orElse("none");
    }

    private static int common(String one, String other) {
        int length = 0;
        while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return length;
    }
}
