package io.octavo.client;

import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Versions that a process runs whatever the service says: from the builder, over it from the variable {@code
 * OCTAVO_CLIENT_OVERRIDES=topic=version,…}, over that from the system properties {@code octavo.client.overrides.TOPIC}.
 */
final class Overrides {
    static final String PROPERTIES = "octavo.client.overrides.";
    static final String VARIABLE = "OCTAVO_CLIENT_OVERRIDES";
    private static final Pattern PAIR = Pattern.compile("\\s*([^=,]*)=([^,]*)(?:,|$)");

    private Overrides() {}

    static Map<String, Long> of(Map<String, Long> built, Map<String, String> variables, Properties properties) {
        Map<String, Long> all = new LinkedHashMap<>(built);
        String text = variables.getOrDefault(VARIABLE, "");
        Matcher pairs = PAIR.matcher(text);
        int end = 0;
        while (end < text.length() && pairs.find(end) && pairs.start() == end) {
            put(all, VARIABLE, pairs.group(1).strip(), pairs.group(2).strip());
            end = pairs.end();
        }
        if (end < text.length()) {
            throw new InvalidField(VARIABLE, text, "topic=version, separated by commas");
        }
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(PROPERTIES)) {
                put(all, name, name.substring(PROPERTIES.length()), properties.getProperty(name));
            }
        }
        return all;
    }

    static long version(String name, String text) {
        try {
            long version = Long.parseLong(text);
            if (version > 0) {
                return version;
            }
        } catch (NumberFormatException e) {
            // As any other value that is none.
        }
        throw new InvalidField(name, text, "a version's number");
    }

    private static void put(Map<String, Long> all, String name, String topic, String version) {
        all.put(TopicNames.check(topic), version(name, version));
    }
}
