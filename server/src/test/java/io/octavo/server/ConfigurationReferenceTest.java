package io.octavo.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/** The reference of all keys, made of the configuration records and their Javadoc. */
class ConfigurationReferenceTest {
    private static final Path REFERENCE = Path.of("../docs/configuration.md");
    private static final String INTRODUCTION = """
            # Configuration

            Made from the code: `ConfigurationReferenceTest` fails when this page is out of date, and writes it anew when it
            is run with `-Doctavo.renew=true`.

            Each key is given as an argument (`--octavo.roles=subscribe`), in `application.yml`, or as the environment
            variable beside it; `[n]` counts from 0. Give all entries of a list in one place. A key in a file or an argument
            that is not on this page keeps the node from starting; a variable `OCTAVO_…` that is not is one warning. Times
            are written `10s`, `5m`, `24h`, `7d`; sizes `64KB`, `8MB`. A key without a default must be given, or says
            what its absence means.

            Of Spring Boot's own keys, `server.address` and `server.port` say where HTTP listens. The keys
            `octavo.client.*` of the Java client are on [a page of their own](client-configuration.md).
            """;

    @Test
    void theReferenceIsUpToDate() throws IOException {
        String reference = reference();
        if (Boolean.getBoolean("octavo.renew")) {
            Files.writeString(REFERENCE, reference);
        }
        assertThat(Files.readString(REFERENCE))
                .as("docs/configuration.md; renew it: mvn -pl server -am verify -Dtest=ConfigurationReferenceTest"
                        + " -Doctavo.renew=true -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(reference);
    }

    @Test
    void everyKeySaysWhatItMeans() throws IOException {
        assertThat(reference().lines().filter(line -> line.endsWith("|  |"))).isEmpty();
    }

    private static String reference() throws IOException {
        StringBuilder text = new StringBuilder(INTRODUCTION);
        for (Class<?> type : records()) {
            text.append("\n## ").append(KnownKeys.prefix(type)).append('\n');
            String about = sentence(source(type));
            text.append('\n').append(about).append("\n\n");
            text.append("| key | variable | default | meaning |\n| --- | --- | --- | --- |\n");
            append(text, KnownKeys.prefix(type), type);
        }
        return text.toString();
    }

    private static List<Class<?>> records() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        return scanner.findCandidateComponents("io.octavo.server").stream()
                .<Class<?>>map(found -> load(requireNonNull(found.getBeanClassName())))
                .filter(Class::isRecord)
                .filter(type -> (KnownKeys.prefix(type) + ".").startsWith("octavo."))
                .sorted(Comparator.<Class<?>, String>comparing(KnownKeys::prefix)
                        .thenComparing(Class::getName))
                .toList();
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static void append(StringBuilder text, String prefix, Class<?> type) throws IOException {
        String source = source(type);
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + "." + KnownKeys.spelled(component.getName());
            Type of = component.getGenericType();
            Class<?> nested = nested(of);
            if (nested != null) {
                append(text, of instanceof ParameterizedType ? key + entry(of) : key, nested);
            } else {
                String whole = of instanceof ParameterizedType && isMap(of) ? key + "." + KnownKeys.NAMED : key;
                text.append("| `")
                        .append(whole)
                        .append("` | `")
                        .append(KnownKeys.variable(whole))
                        .append("` | ");
                text.append(defaultOf(type, component.getName())).append(" | ");
                text.append(meaning(source, component.getName())).append(" |\n");
            }
        }
    }

    private static @Nullable Class<?> nested(Type type) {
        Type last = type instanceof ParameterizedType of
                ? of.getActualTypeArguments()[of.getActualTypeArguments().length - 1]
                : type;
        return last instanceof Class<?> single && single.isRecord() ? single : null;
    }

    private static String entry(Type type) {
        return isMap(type) ? "." + KnownKeys.NAMED : KnownKeys.ENTRY;
    }

    private static boolean isMap(Type type) {
        return type instanceof ParameterizedType of
                && of.getRawType() instanceof Class<?> raw
                && Map.class.isAssignableFrom(raw);
    }

    private static String defaultOf(Class<?> type, String name) {
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            for (Parameter parameter : constructor.getParameters()) {
                DefaultValue value = parameter.getAnnotation(DefaultValue.class);
                if (value != null && parameter.getName().equals(name)) {
                    String all = String.join(", ", value.value());
                    return all.isEmpty() ? "empty" : "`" + all + "`";
                }
            }
        }
        return "";
    }

    private static String source(Class<?> type) throws IOException {
        Class<?> top = type;
        while (top.getEnclosingClass() != null) {
            top = top.getEnclosingClass();
        }
        String all = Files.readString(Path.of("src/main/java", top.getName().replace('.', '/') + ".java"));
        Matcher declared = Pattern.compile(
                        "(?s)/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@[^\\n]*\\s*)*(?:public |private |static |final )*record "
                                + type.getSimpleName() + "\\(")
                .matcher(all);
        assertThat(declared.find()).as("Javadoc of " + type).isTrue();
        return plain(declared.group(1));
    }

    /** What it is, all before the first parameter. */
    private static String sentence(String javadoc) {
        return javadoc.split(" @param ", -1)[0].strip();
    }

    private static String meaning(String javadoc, String name) {
        return Stream.of(javadoc.split(" @param ", -1))
                .skip(1)
                .filter(text -> text.startsWith(name + " "))
                .map(text -> text.substring(name.length()).strip())
                .findFirst()
                .orElse("");
    }

    private static String plain(String javadoc) {
        return javadoc.replaceAll("(?m)^\\s*\\*", "")
                .replaceAll("\\{@(?:code|link) ((?:[^{}]|\\{[^}]*})*)}", "`$1`")
                .replaceAll("<[^>]*>", "")
                .replace("|", "\\|")
                .replaceAll("\\s+", " ");
    }
}
