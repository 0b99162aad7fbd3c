package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.acceptance.Readme.Block;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.launcher.Launcher;

/** What the guide to the Java client shows is compiled, run, and does what the guide says. */
@ExtendWith(SharedStack.class)
final class GuideIT {
    private static final Pattern CLASS = Pattern.compile("class (\\w+Test)\\b");
    private static final Pattern SETTING = Pattern.compile("(\\w+)=(\\S*)");
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
                Files.writeString(spring.folder().resolve("application.yaml"), spring.here().apply(yaml.at(stack.url())));
            }
            spring.runApplication(application);
        }
    }

    @Test
    void testsWithTheTestKitPassInMemoryAndOnTheRealStores() throws Exception {
        Snippets kit = snippets(kit());
        List<Block> blocks = guide.blocks("junit");
        kit.compileTests(blocks);
        List<String> classes = blocks.stream().map(GuideIT::testClass).toList();
        kit.runTests(classes, Map.of());
        kit.runTests(classes, settings("junit-environment"));
    }

    /** The one that the kit's own build runs in memory. */
    @Test
    void oneTestClassOfTheKitPassesOnTheRealStores() throws Exception {
        String classPath = client.resolve("test-kit/target/test-classes") + File.pathSeparator + kit();
        Map<String, String> stores = settings("junit-environment");
        Rest rest = new Rest(stack);
        // Twice: what the first run left must not be in the way of the second.
        snippets(classPath).runTests(List.of("io.octavo.test.EitherServerTest"), stores);
        snippets(classPath).runTests(List.of("io.octavo.test.EitherServerTest"), stores);
        assertThat(rest.get("/topics/kit.prices").get("deleted").getAsBoolean()).isTrue();
        assertThat(rest.get("/topics/kit.made.by.client").get("deleted").getAsBoolean())
                .isTrue();
    }

    @Test
    void theListAtTheTopLeadsToTheTenThings() throws Exception {
        List<String> lines = Files.readAllLines(guide.file());
        List<String> headings = lines.stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring("## ".length()))
                .limit(THINGS)
                .toList();
        List<String> list = lines.stream()
                .filter(line -> line.matches("\\d+\\. \\[.*"))
                .toList();
        assertThat(list)
                .containsExactlyElementsOf(headings.stream()
                        .map(heading -> heading.replaceFirst(
                                "(\\d+\\. )(.*)",
                                "$1[$2](#" + heading.toLowerCase(Locale.ROOT).replaceAll("[.,]", "").replace(" ", "-") + ")"))
                        .toList());
        assertThat(list).hasSize(THINGS);
    }

    private Snippets snippets(String classPath) throws Exception {
        Path folder = stack.newFolder();
        return new Snippets(stack, folder, classPath, text -> text.replace("/var/cache/shop/octavo", folder + "/cache")
                // Nobody is there.
                .replace("https://octavo.example", "http://127.0.0.1:1")
                .replace("\"octavo-eu\"", "\"octavo\"")
                .replace("\"octavo-us\"", "\"octavo\""));
    }

    /** The test kit, with JUnit and something that starts it. */
    private String kit() throws Exception {
        return Snippets.module(client.resolve("test-kit")) + File.pathSeparator
                + List.of(Launcher.class, RunTests.class).stream()
                        .map(type -> Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath())
                                .toString())
                        .collect(Collectors.joining(File.pathSeparator));
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
