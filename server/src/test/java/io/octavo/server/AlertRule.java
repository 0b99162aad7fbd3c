package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An alert that operators are given.
 *
 * @param expression in PromQL
 * @param after      how long it must hold, as Prometheus writes it
 * @param summary    what is wrong
 * @param help       what to do
 */
record AlertRule(String alert, String expression, String after, String severity, String summary, String help) {
    static final Path FOLDER = Path.of("../ops/alerts");

    private static final Pattern SERIES = Pattern.compile("octavo_\\w+");
    /** Labels that a rule adds up by. */
    private static final Pattern LABELLED = Pattern.compile("by \\((\\w+)\\) \\((octavo_\\w+)\\)");

    /** All that there are. */
    static List<AlertRule> all() throws IOException {
        JsonNode file = JsonMapper.shared()
                .valueToTree(new Yaml().<Object>load(Files.readString(FOLDER.resolve("octavo.yml"))));
        return Stream.of(file.get("groups"))
                .flatMap(groups -> groups.valueStream())
                .flatMap(group -> group.get("rules").valueStream())
                .map(AlertRule::of)
                .toList();
    }

    private static AlertRule of(JsonNode rule) {
        return new AlertRule(
                rule.path("alert").asString(""),
                rule.path("expr").asString(""),
                rule.path("for").asString("0m"),
                rule.path("labels").path("severity").asString(""),
                rule.path("annotations").path("summary").asString(""),
                rule.path("annotations").path("description").asString(""));
    }

    /** Series that it needs, or that it says nothing without. */
    List<String> series() {
        return List.copyOf(new TreeSet<>(SERIES.matcher(expression)
                .results()
                .map(result -> result.group())
                .toList()));
    }

    /** Whether only a node that speaks TLS has what it needs. */
    boolean isOfTls() {
        return expression.contains("octavo_tls_");
    }

    /** Holds that a node has the series, with the labels that are needed of them. */
    void assertMeasuredBy(List<String> lines) {
        for (String series : series()) {
            assertThat(lines).as("%s of %s", series, alert).anyMatch(line -> line.matches(series + "[ {].*"));
        }
        LABELLED.matcher(expression)
                .results()
                .forEach(by -> assertThat(lines)
                        .as("%s of %s", by.group(), alert)
                        .anyMatch(line -> line.startsWith(by.group(2) + "{") && line.contains(by.group(1) + "=\"")));
    }
}
