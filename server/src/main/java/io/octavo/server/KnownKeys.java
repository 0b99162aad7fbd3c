package io.octavo.server;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The keys {@code octavo.*} that there are: the components of the configuration records, in Spring's spelling. An entry
 * of a list is written {@code [n]}, one of a map {@code <name>}.
 */
final class KnownKeys {
    static final String ENTRY = "[n]";
    static final String NAMED = "<name>";

    private static final Pattern UPPER = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
    private static final Pattern INDEX = Pattern.compile("\\[\\d+]");

    private final Set<String> keys = new TreeSet<>();

    /** @param records those that are {@link ConfigurationProperties} */
    KnownKeys(Collection<Class<?>> records) {
        for (Class<?> type : records) {
            add(prefix(type), type);
        }
    }

    /** The prefix of a configuration record. */
    static String prefix(Class<?> type) {
        ConfigurationProperties annotation = type.getAnnotation(ConfigurationProperties.class);
        if (annotation == null) {
            throw new IllegalArgumentException(type + " is no configuration");
        }
        return annotation.prefix().isEmpty() ? annotation.value() : annotation.prefix();
    }

    /** A component's name in Spring's spelling. */
    static String spelled(String component) {
        return UPPER.matcher(component).replaceAll("-").toLowerCase(Locale.ROOT);
    }

    Set<String> all() {
        return keys;
    }

    /** Whether a key, as files and arguments spell it, is one of them. */
    boolean has(String key) {
        String plain = plain(INDEX.matcher(key).replaceAll(ENTRY));
        return keys.stream().map(KnownKeys::plain).anyMatch(known -> matches(known, plain));
    }

    /** Whether an environment variable stands for one of them. */
    boolean hasVariable(String variable) {
        String given = variable.replaceAll("_\\d+_", "_N_").replaceAll("_\\d+$", "_N");
        return keys.stream()
                .map(key -> variable(key, ""))
                .anyMatch(known -> matches(known.replace("_", ""), given.replace("_", "")));
    }

    /** The environment variable of a key. */
    static String variable(String key) {
        return variable(key, "");
    }

    private static String variable(String key, String dash) {
        return key.replace(ENTRY, "_N").replace(".", "_").replace("-", dash).toUpperCase(Locale.ROOT);
    }

    private void add(String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            addOfType(prefix + "." + spelled(component.getName()), component.getGenericType());
        }
    }

    private void addOfType(String key, Type type) {
        if (type instanceof Class<?> single) {
            if (single.isRecord()) {
                add(key, single);
            } else {
                keys.add(key);
            }
        } else if (type instanceof ParameterizedType of) {
            List<Type> arguments = List.of(of.getActualTypeArguments());
            boolean isMap = of.getRawType() instanceof Class<?> raw && Map.class.isAssignableFrom(raw);
            addOfType(key + (isMap ? "." + NAMED : ENTRY), arguments.get(arguments.size() - 1));
            if (!isMap) {
                // A list of plain values can be written in one line, with commas.
                keys.add(key);
            }
        }
    }

    /** Spring takes keys without their dashes, and in any case. */
    private static String plain(String key) {
        return key.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    private static boolean matches(String known, String given) {
        int named = known.toLowerCase(Locale.ROOT).indexOf(NAMED);
        return named < 0
                ? known.equalsIgnoreCase(given)
                : given.toLowerCase(Locale.ROOT)
                        .startsWith(known.substring(0, named).toLowerCase(Locale.ROOT));
    }
}
