package io.octavo.spring;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/** The keys {@code octavo.client.*}, and the variables that look like theirs but aren't. */
final class KnownKeys {
    static final String PREFIX = "octavo.client.";
    private static final Logger LOG = LoggerFactory.getLogger(KnownKeys.class);
    private static final String OVERRIDES = PREFIX + "overrides";

    /** What Kubernetes sets for services by that name. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("OCTAVO_CLIENT(_.*)?_(SERVICE_HOST|SERVICE_PORT.*|PORT(_.*)?)");

    private KnownKeys() {}

    /** All keys, as files spell them; {@code [n]} is an entry of a list. */
    static List<String> all() {
        List<String> keys = new ArrayList<>();
        add(keys, PREFIX, OctavoClientProperties.class);
        return keys;
    }

    private static void add(List<String> keys, String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + DataObjectPropertyName.toDashedForm(component.getName());
            if (component.getName().equals("fallback")) {
                add(keys, key + "[n].", OctavoClientProperties.FallbackBucket.class);
            } else {
                keys.add(key);
            }
        }
    }

    /** The known key that has the longest beginning in common with one, and the most similar length. */
    static String nearest(String key) {
        String given = key.replaceAll("\\[\\d+]", "[n]");
        return all().stream()
                .max(Comparator.comparingInt((String known) -> common(known, given))
                        .thenComparing(known -> -Math.abs(known.length() - given.length())))
                .orElseThrow();
    }

    private static int common(String one, String other) {
        int length = 0;
        while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return length;
    }

    /** Warns, once, of variables that nothing reads: Spring refuses such keys elsewhere, but others may have set these. */
    static void warnOfVariables(ConfigurableEnvironment environment) {
        PropertySource<?> variables =
                environment.getPropertySources().get(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        if (variables instanceof EnumerablePropertySource<?> enumerable) {
            warnOf(enumerable.getPropertyNames());
        }
    }

    private static void warnOf(String[] names) {
        TreeSet<String> unread = new TreeSet<>();
        Stream.of(names)
                .filter(name -> name.startsWith("OCTAVO_CLIENT_"))
                .filter(name -> !SERVICE_LINK.matcher(name).matches())
                .filter(name -> all().stream().noneMatch(key -> stands(name, key)))
                .forEach(unread::add);
        if (!unread.isEmpty()) {
            LOG.warn("environment variables that nothing reads: {}", String.join(", ", unread));
        }
    }

    /** Whether a variable stands for a key: dashes may be underscores or nothing. */
    private static boolean stands(String variable, String key) {
        String given = variable.replaceAll("_\\d+(?=_|$)", "_N").replace("_", "");
        String wanted = variable(key).replace("_", "");
        return given.equals(wanted)
                || given.equals(wanted + "N")
                || (key.equals(OVERRIDES) && given.startsWith(wanted));
    }

    /** The environment variable of a key. */
    static String variable(String key) {
        return key.replace("[n]", "_N").replace(".", "_").replace("-", "").toUpperCase(Locale.ROOT);
    }
}
