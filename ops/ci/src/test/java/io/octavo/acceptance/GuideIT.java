package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.octavo.acceptance.Readme.Block;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.launcher.Launcher;

/** What the guide to the Java client shows is compiled, run, and does what the guide says. */
@ExtendWith(SharedStack.class)
final class GuideIT {
    private static final Pattern CLASS = Pattern.compile("class (\\w+Test)\\b");
    private static final Pattern SETTING = Pattern.compile("(\\w+)=(\\S*)");
    private static final Pattern EXCLUDED = Pattern.compile("<exclusion>\\s*<groupId>([^<]+)</groupId>");
    private static final int THINGS = 10;

    private final Stack stack;
    private final Path client;
    private final Readme guide;

    GuideIT(Stack stack) throws Exception {
        this.stack = stack;
        this.client = stack.root().resolve("client-lib");
        this.guide = Readme.read(stack.root().resolve("docs/java-client.md"));
    }

    /** One after the other: Spring's application reads what the snippets before it have published. */
    @Test
    void snippetsAndTheSpringBootApplicationDoWhatTheySay() throws Exception {
        snippets(Snippets.module(client)).runStatements(guide.blocks("java"), environment());
        for (Block application : guide.blocks("boot")) {
            Snippets spring = snippets(Snippets.module(client.resolve("spring-boot")));
            for (Block yaml : guide.blocks("yaml")) {
                Files.writeString(
                        spring.folder().resolve("application.yaml"),
                        spring.here().apply(yaml.at(stack.url())));
            }
            spring.runApplication(application);
        }
    }

    @Test
    void theSameTestsPassInMemoryAndOnTheRealStoresAndLeaveNoTopics() throws Exception {
        Snippets kit = snippets(kit());
        List<Block> blocks = guide.blocks("junit");
        kit.compileTests(blocks);
        List<String> classes = Stream.concat(
                        Stream.of("io.octavo.test.EitherServerTest"),
                        blocks.stream().map(GuideIT::testClass))
                .toList();
        kit.runTests(classes, Map.of());
        kit.runTests(classes, settings("junit-environment"));
        for (String topic : List.of("kit.prices", "kit.made.by.client", "shop.greeting")) {
            JsonObject left = new Rest(stack).get("/topics/" + topic);
            assertThat(left.has("deleted")).as("%s", left).isTrue();
        }
    }

    @Test
    void whatCanBeLeftOutOfTheClassPathIsNotNeededForReadme() throws Exception {
        Readme readme = Readme.read(stack.root().resolve("README.md"));
        String all = Snippets.module(client);
        for (Block pom : guide.blocks("pom")) {
            List<String> folders = EXCLUDED.matcher(pom.at(stack.url()))
                    .results()
                    .map(group -> "/" + group.group(1).replace('.', '/') + "/")
                    .toList();
            String rest = Stream.of(all.split(File.pathSeparator, -1))
                    .filter(jar -> folders.stream().noneMatch(jar::contains))
                    .collect(Collectors.joining(File.pathSeparator));
            assertThat(rest).as("%s leaves something out", pom).hasSizeLessThan(all.length());
            snippets(rest).runStatements(readme.blocks("java"), Map.of());
        }
    }

    @Test
    void theListAtTheTopLeadsToTheTenThings() throws Exception {
        List<String> lines = Files.readAllLines(guide.file());
        List<String> headings = lines.stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring("## ".length()))
                .limit(THINGS)
                .toList();
        List<String> list =
                lines.stream().filter(line -> line.matches("\\d+\\. \\[.*")).toList();
        assertThat(list)
                .containsExactlyElementsOf(headings.stream()
                        .map(heading -> heading.replaceFirst(
                                "(\\d+\\. )(.*)",
                                "$1[$2](#"
                                        + heading.toLowerCase(Locale.ROOT)
                                                .replaceAll("[.,]", "")
                                                .replace(" ", "-") + ")"))
                        .toList());
        assertThat(list).hasSize(THINGS);
    }

    private Snippets snippets(String classPath) throws Exception {
        Path folder = stack.newFolder();
        return new Snippets(
                stack,
                folder,
                classPath,
                text -> text.replace("/var/cache/shop/octavo", folder + "/cache")
                        // Nobody is there.
                        .replace("https://octavo.example", "http://127.0.0.1:1")
                        .replace("\"octavo-eu\"", "\"octavo\"")
                        .replace("\"octavo-us\"", "\"octavo\""));
    }

    /** The kit's own tests, what its users have, and what they bring: JUnit and AssertJ, with something that starts them. */
    private String kit() throws Exception {
        Path module = client.resolve("test-kit");
        List<String> places =
                new ArrayList<>(List.of(module.resolve("target/test-classes").toString(), Snippets.module(module)));
        for (String brought : List.of(
                "org.junit.jupiter.engine.JupiterTestEngine",
                "org.junit.platform.engine.TestEngine",
                Launcher.class.getName(),
                "org.assertj.core.api.Assertions",
                RunTests.class.getName())) {
            places.add(Path.of(Class.forName(brought)
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        return String.join(File.pathSeparator, places);
    }

    private static String testClass(Block block) {
        Matcher name = CLASS.matcher(String.join("\n", block.shown()));
        assertThat(name.find()).as("%s shows a class of tests", block).isTrue();
        return Snippets.name(block) + "." + name.group(1);
    }

    /** What the guide sets, and where the AWS SDK finds the buckets. */
    private Map<String, String> environment() throws Exception {
        Map<String, String> variables = new HashMap<>(settings("environment"));
        variables.putAll(stack.s3());
        return variables;
    }

    private Map<String, String> settings(String kind) {
        Map<String, String> variables = new HashMap<>();
        for (Block block : guide.blocks(kind)) {
            for (String line : block.at(stack.url()).lines().toList()) {
                Matcher setting = SETTING.matcher(line);
                assertThat(setting.matches()).as("%s: %s", block, line).isTrue();
                variables.put(setting.group(1), setting.group(2));
            }
        }
        return variables;
    }
}
