package io.octavo.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.client.Fallback;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.spring.OctavoClientProperties.FallbackBucket;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

/** The reference of all keys, made of the Javadoc of the properties, and of the builder, which has the defaults. */
class ReferenceTest {
    private static final Path REFERENCE = Path.of("../../docs/client-configuration.md");
    private static final String INTRODUCTION = """
            # Configuration of clients

            Made from the code: `ReferenceTest` of `client-lib/spring-boot` fails when this page is out of date, and writes it
            anew when it is run with `-Doctavo.renew=true`.

            The keys of the [Spring Boot starter](java-client.md#10-use-it-in-spring-boot), each given as an argument
            (`--octavo.client.region=eu`), in `application.yaml`, or as the environment variable beside it; `[n]` counts from
            0. A key in a file or an argument that is not on this page keeps the application from starting; a variable
            `OCTAVO_CLIENT_…` that is not is one warning. Times are written `10s`, `5m`, `1h`; sizes `64KB`, `8MB`. Those of
            servers are on [a page of their own](configuration.md).

            None must be given but `server`, or endpoints in its place.

            Processes without Spring say the same by methods of `OctavoClient.builder()`, and read only two
            things from their environment: the variable `OCTAVO_CLIENT_OVERRIDES` (`topic=version,…`) and system properties
            `octavo.client.overrides.TOPIC`, which go before all else that is said of a topic, with Spring too.

            | key | variable | default | meaning |
            | --- | --- | --- | --- |
            """;

    @Test
    void theReferenceIsUpToDate() throws IOException {
        String reference = reference();
        if (Boolean.getBoolean("octavo.renew")) {
            Files.writeString(REFERENCE, reference);
        }
        assertThat(Files.readString(REFERENCE))
                .as("docs/client-configuration.md; renew it: mvn -pl client-lib/spring-boot -am verify"
                        + " -Dtest=ReferenceTest -Doctavo.renew=true -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(reference);
    }

    @Test
    void everyKeyIsThereAndSaysWhatItMeans() throws IOException {
        String reference = reference();
        assertThat(KnownKeys.all()).allSatisfy(key -> assertThat(reference).contains("| `" + key + "` |"));
        assertThat(reference.lines().filter(line -> line.endsWith("|  |"))).isEmpty();
        assertThat(reference).contains("| `octavo.client.poll-interval` | `OCTAVO_CLIENT_POLLINTERVAL` | 30 s; ");
    }

    private static String reference() throws IOException {
        StringBuilder text = new StringBuilder(INTRODUCTION);
        append(text, KnownKeys.PREFIX, OctavoClientProperties.class, source("..", OctavoClientBuilder.class));
        return text.toString();
    }

    private static void append(StringBuilder text, String prefix, Class<?> keys, String builder) throws IOException {
        for (RecordComponent component : keys.getRecordComponents()) {
            String name = component.getName();
            String key = prefix + DataObjectPropertyName.toDashedForm(name);
            if (name.equals("fallback")) {
                append(text, key + "[n].", FallbackBucket.class, source("..", Fallback.class));
            } else {
                text.append("| `%s` | `%s` | %s | %s |\n"
                        .formatted(key, KnownKeys.variable(key), defaultOf(name, builder), meaning(name, keys)));
            }
        }
    }

    /** The words after {@code @param}, before the record. */
    private static String meaning(String name, Class<?> keys) throws IOException {
        String source = source(".", OctavoClientProperties.class);
        String javadoc = source.substring(0, source.indexOf("record " + keys.getSimpleName() + "("));
        return plain(last(javadoc, "@param " + name + " +((?:(?! \\* @|\\*/)[\\s\\S])*)"));
    }

    /** What its Javadoc says after "Default:", up to the end of the sentence. */
    private static String defaultOf(String name, String builder) {
        return plain(last(
                builder,
                "Default: ((?:(?!\\*/)[\\s\\S])*?)\\.(?=\\s)(?:(?!\\*/)[\\s\\S])*\\*/\\s+public \\w+ " + name + "\\("));
    }

    private static String last(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .reduce((before, after) -> after)
                .orElse("");
    }

    private static String source(String module, Class<?> type) throws IOException {
        return Files.readString(Path.of(module, "src/main/java", type.getName().replace('.', '/') + ".java"));
    }

    private static String plain(String javadoc) {
        return javadoc.replaceAll("(?m)^\\s*\\*", "")
                .replaceAll("\\{@(?:code|link) #?([^}]*)}", "`$1`")
                .replace("|", "\\|")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
